"""Models that the former release stored still predict, or say what to do.

`former_models` is a store as that release wrote it (manifests of format 1), and what the models of
it predicted then.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from core.artifacts import ArtifactStore
from core.predictions import PredictionExchange
from db.tables import DEFAULT_TENANT_ID, TrainedModel
from tests.worker.support import Shop
from tests.worker.test_predictions import ask
from worker.context import Context
from worker.predictions.serving import PredictionServer

STORE = Path(__file__).parent / "former_models"
PREDICTED: dict[str, dict[str, Any]] = json.loads((STORE / "index.json").read_text())
HORIZON_DAYS = 14


@pytest.fixture
def exchange(valkey_url: str, key_prefix: str) -> Iterator[PredictionExchange]:
    opened = PredictionExchange(valkey_url, timeout_s=5, prefix=key_prefix)
    yield opened
    opened.close()


@pytest.fixture
def server(context: Context, exchange: PredictionExchange, tmp_path: Path) -> PredictionServer:
    shutil.copytree(STORE, tmp_path / "former")
    former = replace(context, store=ArtifactStore(str(tmp_path / "former")))
    return PredictionServer(former, exchange)


def stored(shop: Shop, name: str) -> TrainedModel:
    """The row of a model, as the former release left it."""
    is_table = name == "table"
    model = TrainedModel(
        id=uuid4(),
        public_id=f"model-20260801-{name[:8]}",
        tenant_id=DEFAULT_TENANT_ID,
        product_id=None if is_table else shop.product(name),
        name=name,
        ml_task="regression" if is_table else "forecast",
        model_version="20260801_040000",
        model_path="./models/model.pkl",
        algorithm=name,
        manifest_digest=PREDICTED[name]["manifest_digest"],
        frequency=None if is_table else "daily",
        horizon_days=None if is_table else HORIZON_DAYS,
    )
    with shop.sessions.begin() as session:
        session.add(model)
    return model


@pytest.mark.parametrize("name", ["poisson", "prophet"])
def test_a_forecast_is_what_it_was(
    name: str, server: PredictionServer, exchange: PredictionExchange, shop: Shop
) -> None:
    answer = ask(server, exchange, stored(shop, name), {})

    assert answer.outcome == "predicted", answer.body
    rows = json.loads(answer.body)["predictions"]
    assert [row["yhat"] for row in rows] == pytest.approx(PREDICTED[name]["yhat"])
    assert rows[0]["ds"] == PREDICTED[name]["first"]


def test_a_forecast_with_covariates_says_what_to_do(
    server: PredictionServer, exchange: PredictionExchange, shop: Shop
) -> None:
    answer = ask(server, exchange, stored(shop, "poisson_with_price"), {})

    assert answer.outcome == "unloadable"
    told = json.loads(answer.body)["detail"]
    assert "it uses price" in told
    assert told.endswith("train its product again, or read its stored forecast")


def test_a_table_says_what_to_do(
    server: PredictionServer, exchange: PredictionExchange, shop: Shop
) -> None:
    rows = [{"area": 50.0, "district": "north"}, {"area": 100.0, "district": "south"}]
    answer = ask(server, exchange, stored(shop, "table"), {"rows": rows})

    assert answer.outcome == "unloadable"
    told = json.loads(answer.body)["detail"]
    assert "was made by an earlier version" in told
    assert told.endswith("train it again")
