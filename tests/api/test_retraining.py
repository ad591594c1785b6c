"""RETRAIN_ON_IMPORT: new sales start a training, sales that say nothing new do not."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.settings import Settings
from db.engine import Sessions
from db.tables import Tenant, TrainingJob
from tests.fixtures.application import application

SALES = "/api/v1/training/sales"
CSV = {"Content-Type": "text/csv"}


@pytest.fixture
def retraining(
    tmp_path: Path, sessions: Sessions, valkey_url: str, key_prefix: str, sent: list[str]
) -> Iterator[httpx.Client]:
    settings = Settings(data_dir=str(tmp_path), retrain_on_import=True)
    with (
        application(settings, sessions, valkey_url, key_prefix, sent) as app,
        httpx.Client(transport=httpx.WSGITransport(app), base_url="http://localhost") as client,
    ):
        yield client


def import_sales(http: httpx.Client, quantity: int) -> list[str]:
    rows = f"date,product_id,quantity\n2026-01-01,bread,{quantity}\n"
    answer = http.post(SALES, content=rows, headers=CSV)
    assert answer.status_code == 200, answer.text
    warnings: list[str] = answer.json()["warnings"]
    return warnings


def jobs(session: Session) -> list[TrainingJob]:
    return list(session.scalars(select(TrainingJob)))


def test_new_sales_start_one_training(retraining: httpx.Client, session: Session) -> None:
    import_sales(retraining, 3)
    import_sales(retraining, 3)
    import_sales(retraining, 4)

    (job,) = jobs(session)
    assert (job.trigger, job.status, job.products_total) == ("event", "pending", 1)


def test_a_training_that_cannot_start_is_a_warning(
    retraining: httpx.Client, session: Session
) -> None:
    session.execute(update(Tenant).values(max_active_jobs=0))
    session.commit()

    (warning,) = import_sales(retraining, 3)[-1:]
    assert warning.startswith("Not trained again:")
    assert jobs(session) == []


def test_without_the_setting_nothing_is_trained(http: httpx.Client, session: Session) -> None:
    import_sales(http, 3)

    assert jobs(session) == []
