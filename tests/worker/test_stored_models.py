"""Models that earlier releases stored answer as they did then.

`docs/models.md` says how a release adds what it stores.
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
from tests.worker.stored_models import write
from tests.worker.support import Shop
from tests.worker.test_predictions import ask
from worker.context import Context
from worker.predictions.serving import PredictionServer

RELEASES = {
    folder.parent.name: json.loads(folder.read_text())
    for folder in sorted(write.FOLDER.glob("*/index.json"))
}
KINDS = [(release, kind) for release, index in RELEASES.items() for kind in index]

SHARE = 1e-5
"""Sums of float32, as trees and nets have them, are told from each other by about 1e-7 of their
size; what another build of a library makes of them may be some times that. A model that is read
wrongly is beside it by far more than this.
"""


@pytest.fixture
def exchange(valkey_url: str, key_prefix: str) -> Iterator[PredictionExchange]:
    opened = PredictionExchange(valkey_url, timeout_s=5, prefix=key_prefix)
    yield opened
    opened.close()


def row(shop: Shop, kind: str, columns: dict[str, Any]) -> TrainedModel:
    """A model as the release left it; its product is the one that it was trained for."""
    is_forecast = columns["ml_task"] == "forecast"
    model = TrainedModel(
        id=uuid4(),
        public_id=f"model-20261122-{uuid4().hex[:8]}",
        tenant_id=DEFAULT_TENANT_ID,
        product_id=shop.product(kind) if is_forecast else None,
        name=kind,
        model_version="20261122_040000",
        model_path="./models/model.pkl",
        **columns,
    )
    with shop.sessions.begin() as session:
        session.add(model)
    return model


def assert_alike(told: Any, then: Any) -> None:
    """The same words, and numbers that differ by no more than libraries do."""
    if isinstance(then, dict):
        assert told.keys() >= then.keys()
        for name, value in then.items():
            assert_alike(told[name], value)
    elif isinstance(then, list):
        assert len(told) == len(then)
        for one, other in zip(told, then, strict=True):
            assert_alike(one, other)
    elif isinstance(then, float):
        assert told == pytest.approx(then, rel=SHARE, abs=SHARE)
    else:
        assert told == then


@pytest.mark.parametrize(("release", "kind"), KINDS)
def test_a_stored_model_answers_as_it_did(
    context: Context,
    exchange: PredictionExchange,
    shop: Shop,
    tmp_path: Path,
    release: str,
    kind: str,
) -> None:
    shutil.copytree(write.FOLDER / release, tmp_path / "former")
    former = replace(context, store=ArtifactStore(str(tmp_path / "former")))
    server = PredictionServer(former, exchange)
    stored = RELEASES[release][kind]
    model = row(shop, kind, stored["row"])

    for question in stored["answers"]:
        answer = ask(server, exchange, model, question["asked"])
        assert answer.outcome == "predicted", answer.body
        assert_alike(json.loads(answer.body), question["told"])


def test_every_kind_that_can_be_stored_is_kept_under_test() -> None:
    tasks = {stored["row"]["ml_task"] for index in RELEASES.values() for stored in index.values()}
    assert tasks == {"forecast", "regression", "classification", "clustering", "time_series"}
    newest = RELEASES[max(RELEASES)]
    assert {f"forecast-{name}" for name in (*write.ALGORITHMS, *write.TOGETHER)} <= newest.keys()
