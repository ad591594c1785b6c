"""Models of tables over the served API: leaderboard, choice, explanation, profile, card."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from client import Client
from client.errors import InvalidInputError
from core.artifacts import ArtifactStore
from core.bundles import store_bundle
from db import transitions
from db.tables import TrainedModel
from tests.client.conftest import Done, Run, Tell
from tests.db.builders import new_upload, running_claims, table_outcome
from tests.fixtures.served import SIGNING_KEY, Served
from worker.artifacts import artifact_files

FILES = {
    "explanation.json": json.dumps({"shap": {"area": 0.4}, "left_out": {"roc": "no classes"}}),
    "model_card.md": "# Prices",
    "model_card.html": "<!doctype html><title>Prices</title>",
}
ENTRY = {"score": 0.3, "fit_seconds": 1.5, "predict_ms": 2.0, "is_available": True}
DETAILS = {
    "target_variable": "price",
    "selection_metric": "rmse",
    "leaderboard": [
        ENTRY | {"algorithm": "ensemble", "candidate": "ensemble", "is_chosen": True},
        ENTRY | {"algorithm": "linear", "candidate": "linear_2", "is_chosen": False},
    ],
    "profile": {"columns": {"area": {"type": "number", "distinct": 1234, "missing_share": 0.25}}},
    "notes": ["The test is on the newest rows"],
}


@pytest.fixture
def model_id(served: Served, studio: Client, tenant_id: UUID) -> str:
    studio.models()  # the first request of a tenant makes it known
    stored = store_bundle(
        ArtifactStore(str(served.data / "models")),
        {name: text.encode() for name, text in FILES.items()},
        key=SIGNING_KEY,
        compress=True,
        versions={},
        data_digest=None,
    )
    with served.sessions.begin() as session:
        (claim,) = running_claims(session, new_upload(session, name=None, tenant_id=tenant_id))
        outcome = table_outcome(
            details=DETAILS,
            manifest_digest=stored.manifest_digest,
            artifacts=artifact_files(stored),
            auto_deploy=False,
        )
        transitions.finish(session, claim.token, outcome)
        statement = select(TrainedModel.public_id)
        return session.scalars(statement.where(TrainedModel.task_id == claim.token.task_id)).one()


def test_the_leaderboard_and_the_choice(studio: Client, model_id: str) -> None:
    board = studio.leaderboard(model_id)
    assert (board.metric, board.chosen_candidate) == ("rmse", "ensemble")
    assert [one.candidate for one in board.entries] == ["ensemble", "linear_2"]
    assert board.entries[1].predict_ms == 2.0

    chosen = studio.choose_candidate(model_id, "linear_2")
    assert (chosen.chosen_candidate, chosen.trained_choice) == ("linear_2", "ensemble")
    with pytest.raises(InvalidInputError, match="accepted: 'ensemble', 'linear_2'"):
        studio.choose_candidate(model_id, "oracle")


def test_what_is_told_of_the_model(studio: Client, model_id: str) -> None:
    told = studio.explanation(model_id)
    assert told.sections == {"shap": {"area": 0.4}}
    assert told.left_out == {"roc": "no classes"}
    profile = studio.data_profile(model_id)
    assert profile.target_variable == "price"
    assert profile.notes == ("The test is on the newest rows",)


def test_the_card_in_both_forms(studio: Client, model_id: str) -> None:
    assert studio.model_card(model_id) == FILES["model_card.md"]
    assert studio.model_card(model_id, "html") == FILES["model_card.html"]


def test_the_commands_show_people_the_same(run: Run, model_id: str, tmp_path: Path) -> None:
    assert "linear_2" in run("models", "leaderboard", model_id).stdout
    assert "Without roc: no classes" in run("models", "explanation", model_id).stdout
    assert _words(run("models", "profile", model_id)) >= {"area", "number", "1,234", "25.0"}
    assert "regression" in run("models", "list").stdout
    assert "price, xgboost" in run("models", "show", model_id).stdout
    assert run("models", "card", model_id).stdout.strip() == FILES["model_card.md"]
    page = tmp_path / "card.html"
    assert run("models", "card", model_id, "--html", "--out", str(page)).returncode == 0
    assert page.read_text() == FILES["model_card.html"]
    chosen = run("models", "choose", model_id, "linear_2")
    assert chosen.stdout == f"{model_id} predicts with linear_2.\n"


def test_the_status_of_an_upload_is_its_model(studio: Client, run: Run, model_id: str) -> None:
    (job,) = studio.history().items
    told = _words(run("status", job.job_id))
    assert told >= {model_id, "test_r2", "0.8500"}
    assert "product" not in told


def test_the_commands_tell_programs_the_same(tell: Tell, model_id: str) -> None:
    assert tell("models", "leaderboard", model_id)["trained_choice"] == "ensemble"
    assert tell("models", "explanation", model_id)["sections"] == {"shap": {"area": 0.4}}
    assert tell("models", "profile", model_id)["target_variable"] == "price"


def _words(done: Done) -> set[str]:
    return set(done.stdout.split())
