"""A stop in the middle of real trainings, measured in work: the speed of the machine and what else
it does make no difference.
"""

from collections.abc import Iterator
from uuid import UUID

import pytest

from core.artifacts import ArtifactStore
from core.embedded import EmbeddedPostgres, EmbeddedValkey
from core.settings import Settings
from db import transitions
from db.engine import create_engine, create_sessions
from db.tables import DEFAULT_TENANT_ID
from tests.fixtures.database import copied_database
from tests.pipeline.table.tables import parquet, shop_rows
from tests.worker.celery_fleet import Fleet, running_fleet
from tests.worker.support import SIGNING_KEY, Shop

MOST_WORK_S = 2.0
PRODUCTS = 150
ROWS = 5000
"""Training on either takes about 20 s of work."""


@pytest.fixture(scope="module")
def settings(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template_database: str
) -> Iterator[Settings]:
    directory = tmp_path_factory.mktemp("stopping")
    valkey = EmbeddedValkey(directory / "valkey")
    with copied_database(postgres.url, template_database) as database_url:
        valkey.start()
        yield Settings(
            database_url=database_url,
            redis_url=valkey.url,
            artifact_signing_key=SIGNING_KEY,
            model_storage_path=str(directory / "models"),
            worker_concurrency=1,
        )
        valkey.stop()


@pytest.fixture(scope="module")
def fleet(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    assert settings.database_url is not None
    engine = create_engine(settings.database_url)
    shop = Shop(create_sessions(engine))
    with running_fleet(settings, shop, tmp_path_factory.mktemp("logs")) as running:
        yield running
    engine.dispose()


def worked_s(fleet: Fleet) -> float:
    """The processor time that the worker's children have used."""
    times = [child.cpu_times() for child in fleet.children("training-1")]
    return sum(time.user + time.system for time in times)


def work_after_stop(fleet: Fleet, job_id: UUID) -> float:
    """Stop the job; what was still worked until its end."""
    with fleet.shop.sessions.begin() as session:
        transitions.request_stop(session, DEFAULT_TENANT_ID, job_id, "abort")
    before_s = worked_s(fleet)
    fleet.wait_for(job_id, lambda job: job.status == "cancelled")
    return worked_s(fleet) - before_s


@pytest.mark.timeout(300)
def test_a_stop_in_the_middle_of_products_ends_within_2_s_of_work(fleet: Fleet) -> None:
    products = [fleet.shop.product(f"product {number}", days=365) for number in range(PRODUCTS)]
    job_id = fleet.shop.job(*products)
    fleet.wait_for(job_id, lambda job: job.products_completed > 0)
    assert work_after_stop(fleet, job_id) < MOST_WORK_S
    assert fleet.shop.show_job(job_id).products_completed < PRODUCTS


@pytest.mark.timeout(300)
def test_a_stop_in_the_middle_of_a_table_ends_within_2_s_of_work(
    fleet: Fleet, settings: Settings
) -> None:
    content = parquet(shop_rows(ROWS)).getvalue()
    stored = ArtifactStore(str(settings.model_storage_path)).put(content)
    job_id = fleet.shop.upload(stored.digest, ml_task="regression", target_variable="amount")
    (task,) = fleet.shop.task_ids(job_id)
    fleet.wait_until(lambda: fleet.shop.show_task(task).phase == "algorithm_selection")
    assert work_after_stop(fleet, job_id) < MOST_WORK_S
