"""Models of tables over HTTP: leaderboard, explanation, profile, card, and which one predicts."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.artifacts import ArtifactStore
from core.bundles import store_bundle
from db import transitions
from db.operation_tables import AuditEntry
from db.tables import Product, TrainedModel
from tests.api.models.conftest import Train
from tests.db.builders import new_upload, running_claims, table_outcome
from tests.fixtures.served import SIGNING_KEY
from worker.artifacts import artifact_files

PREFIXES = ("/api/v1/training", "/api/v1")
CARD = "# Prices\n\nA model of prices.\n"
PAGE = "<!doctype html><title>Prices</title><style>p {color: navy}</style><p>A model of prices."
EXPLANATION = {
    "permutation_importance": [{"column": "area", "importance": 0.8}],
    "left_out": {"roc": "A regression has no classes"},
}
LEADERBOARD = [
    {
        "algorithm": "ensemble",
        "candidate": "ensemble",
        "score": 0.31,
        "score_std": 0.01,
        "fit_seconds": 4.0,
        "predict_ms": 3.5,
        "size_bytes": 12_000,
        "weight": 1.0,
        "is_available": True,
        "is_chosen": True,
        "failure": None,
        "hyperparameters": {},
    },
    {
        "algorithm": "linear",
        "candidate": "linear",
        "score": 0.35,
        "score_std": 0.02,
        "fit_seconds": 0.5,
        "is_available": True,
        "is_chosen": False,
    },
    {
        "algorithm": "knn",
        "candidate": "knn",
        "score": 0.5,
        "score_std": None,
        "fit_seconds": 0.1,
        "is_available": False,
        "is_chosen": False,
    },
]
DETAILS = {
    "target_variable": "price",
    "selection_metric": "rmse",
    "leaderboard": LEADERBOARD,
    "profile": {"rows": 200, "columns": {"area": {"kind": "number"}}},
    "notes": ["The test is on the newest rows"],
    "max_predict_ms": 20.0,
}


FILES = {
    "explanation.json": json.dumps(EXPLANATION).encode(),
    "model_card.md": CARD.encode(),
    "model_card.html": PAGE.encode(),
}


def registered(session: Session, files: Mapping[str, bytes], directory: Path) -> TrainedModel:
    """A model of a table with these files, signed as workers sign them."""
    stored = store_bundle(
        ArtifactStore(str(directory / "models")),
        files,
        key=SIGNING_KEY,
        compress=True,
        versions={},
        data_digest=None,
    )
    (claim,) = running_claims(session, new_upload(session))
    outcome = table_outcome(
        details=DETAILS,
        manifest_digest=stored.manifest_digest,
        artifacts=artifact_files(stored),
        training_data_points=160,
        validation_data_points=40,
        auto_deploy=False,
    )
    transitions.finish(session, claim.token, outcome)
    session.commit()
    statement = select(TrainedModel).where(TrainedModel.task_id == claim.token.task_id)
    return session.scalars(statement).one()


@pytest.fixture
def model(session: Session, tmp_path: Path) -> TrainedModel:
    return registered(session, FILES, tmp_path)


def get(http: httpx.Client, model: TrainedModel, part: str, prefix: str = PREFIXES[1]) -> Any:
    answer = http.get(f"{prefix}/models/{model.public_id}/{part}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def choose(http: httpx.Client, model: TrainedModel, candidate: str) -> httpx.Response:
    return http.post(f"/api/v1/models/{model.id}/candidate", json={"candidate": candidate})


def choices(session: Session, model: TrainedModel) -> list[dict[str, Any]]:
    statement = select(AuditEntry.details).where(
        AuditEntry.subject_id == model.public_id, AuditEntry.action == "choose"
    )
    return [dict(details) for details in session.scalars(statement.order_by(AuditEntry.id))]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_leaderboard_tells_of_every_candidate(
    http: httpx.Client, model: TrainedModel, prefix: str
) -> None:
    told = get(http, model, "leaderboard", prefix)

    assert told["metric"] == "rmse"
    assert told["chosen_candidate"] == told["trained_choice"] == "ensemble"
    assert told["max_predict_ms"] == 20
    best = told["entries"][0]
    assert {name: best[name] for name in ("score", "fit_seconds", "predict_ms", "size_bytes")} == {
        "score": 0.31,
        "fit_seconds": 4.0,
        "predict_ms": 3.5,
        "size_bytes": 12_000,
    }
    selectable = [entry["candidate"] for entry in told["entries"] if entry["is_available"]]
    assert selectable == ["ensemble", "linear"]


def test_another_candidate_predicts_until_the_first_is_chosen_again(
    http: httpx.Client, session: Session, model: TrainedModel
) -> None:
    chosen = choose(http, model, "linear").json()
    again = choose(http, model, "linear").json()

    assert chosen == again
    assert chosen["chosen_candidate"] == "linear"
    assert chosen["trained_choice"] == "ensemble"
    assert [entry["candidate"] for entry in chosen["entries"] if entry["is_chosen"]] == ["linear"]
    session.refresh(model)
    assert model.details["chosen_candidate"] == "linear"

    assert choose(http, model, "ensemble").json()["chosen_candidate"] == "ensemble"
    session.refresh(model)
    assert model.details["chosen_candidate"] is None
    assert choices(session, model) == [
        {"candidate": "linear", "before": "ensemble"},
        {"candidate": "ensemble", "before": "linear"},
    ]


@pytest.mark.parametrize(
    ("candidate", "status", "told"),
    [("knn", 409, "stored without 'knn'"), ("oracle", 422, "accepted: 'ensemble', 'linear'")],
)
def test_what_the_model_does_not_hold_cannot_be_chosen(
    http: httpx.Client, model: TrainedModel, candidate: str, status: int, told: str
) -> None:
    answer = choose(http, model, candidate)

    assert answer.status_code == status
    assert told in answer.json()["detail"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_explanation_is_data(http: httpx.Client, model: TrainedModel, prefix: str) -> None:
    told = get(http, model, "explanation", prefix)

    assert told["sections"] == {"permutation_importance": [{"column": "area", "importance": 0.8}]}
    assert told["left_out"] == {"roc": "A regression has no classes"}
    assert (told["ml_task"], told["algorithm"]) == ("regression", "xgboost")


def test_the_profile_tells_what_the_model_was_made_from(
    http: httpx.Client, model: TrainedModel
) -> None:
    told = get(http, model, "profile")

    assert told["target_variable"] == "price"
    assert (told["rows_trained"], told["rows_tested"]) == (160, 40)
    assert told["profile"]["columns"]["area"] == {"kind": "number"}
    assert told["notes"] == ["The test is on the newest rows"]


@pytest.mark.parametrize(
    ("accept", "kind", "text"),
    [
        (None, "text/markdown", CARD),
        ("text/markdown", "text/markdown", CARD),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html", PAGE),
    ],
)
def test_the_card_is_markdown_or_a_page(
    http: httpx.Client, model: TrainedModel, accept: str | None, kind: str, text: str
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    answer = http.get(f"/api/v1/models/{model.public_id}/card", headers=headers)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert answer.text == text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy


def test_a_card_of_another_kind_is_not_to_be_had(http: httpx.Client, model: TrainedModel) -> None:
    headers = {"Accept": "application/pdf"}
    answer = http.get(f"/api/v1/models/{model.public_id}/card", headers=headers)

    assert answer.status_code == 406
    assert "text/markdown or text/html" in answer.json()["detail"]


@pytest.mark.parametrize("part", ["card", "explanation"])
def test_a_model_of_before_has_no_such_files(
    http: httpx.Client, session: Session, tmp_path: Path, part: str
) -> None:
    model = registered(session, {"model.pkl": b"bytes"}, tmp_path)
    answer = http.get(f"/api/v1/models/{model.public_id}/{part}")

    assert answer.status_code == 404
    assert "Train it again" in answer.json()["detail"]


def test_files_that_were_changed_are_not_shown(
    http: httpx.Client, session: Session, model: TrainedModel, tmp_path: Path
) -> None:
    stored = ArtifactStore(str(tmp_path / "models")).put(b"another manifest")
    model.manifest_digest = stored.digest
    session.commit()

    answer = http.get(f"/api/v1/models/{model.public_id}/card")

    assert answer.status_code == 409
    assert "cannot be used" in answer.json()["detail"]


@pytest.mark.parametrize("part", ["leaderboard", "explanation", "profile", "card"])
def test_a_forecast_of_a_product_has_none_of_it(
    http: httpx.Client, bakery: list[Product], train: Train, part: str
) -> None:
    answer = http.get(f"/api/v1/models/{train(bakery[0]).public_id}/{part}")

    assert answer.status_code == 409
    assert "only models of uploaded tables" in answer.json()["detail"]
