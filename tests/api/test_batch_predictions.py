"""Files that are predicted as jobs, over HTTP; the worker is played by the test."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pandas as pd
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.artifacts import ArtifactStore
from db import transitions
from db.jobs.batch_predictions import forget_results
from db.lifecycle.outcomes import PredictionOutcome
from db.operation.telemetry import collect
from db.operation_tables import AuditEntry
from db.tables import BatchPrediction, OutboxEvent, TrainedModel, TrainingJob
from tests.api.jobs.asking import TRAINING, job_of, status_of
from tests.db.builders import (
    model_outcome,
    new_job,
    new_upload,
    running_claims,
    table_outcome,
)

CSV = b"size,town\n61.5,Lyon\n"
RESULT = b"PAR1 the predictions PAR1"


@pytest.fixture
def table_model(session: Session) -> TrainedModel:
    (claim,) = running_claims(session, new_upload(session))
    transitions.finish(session, claim.token, table_outcome())
    session.commit()
    return model_of(session, "regression")


def model_of(session: Session, ml_task: str) -> TrainedModel:
    return session.scalars(select(TrainedModel).where(TrainedModel.ml_task == ml_task)).one()


def address(model: TrainedModel) -> str:
    return f"/api/v1/models/{model.public_id}/batch-predictions"


def send(
    http: httpx.Client, model: TrainedModel, content: bytes = CSV, **options: str
) -> httpx.Response:
    headers = {"Idempotency-Key": options.pop("key")} if "key" in options else {}
    files = {"file": ("rows.csv", content)}
    return http.post(address(model), files=files, data=options, headers=headers)


def ends(session: Session, job_id: str, store: ArtifactStore) -> None:
    """The worker predicts the file."""
    (claim,) = running_claims(session, job_of(session, job_id))
    blob = store.put(RESULT)
    outcome = PredictionOutcome(digest=blob.digest, size=blob.size, rows=1)
    assert transitions.finish(session, claim.token, outcome) is not None
    session.commit()


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(str(tmp_path / "models"))


def test_a_file_becomes_a_job_that_is_found_under_its_links(
    http: httpx.Client,
    table_model: TrainedModel,
    session: Session,
    sent: list[str],
    store: ArtifactStore,
) -> None:
    answer = send(http, table_model, keep_columns="true", job_name="March", priority="3")

    assert answer.status_code == 202, answer.text
    assert sent == ["model_studio.dispatch"]
    told = answer.json()
    job = job_of(session, told["job_id"])
    assert (job.kind, job.job_name, job.priority) == ("prediction", "March", 3)
    assert job.request["keep_columns"] is True
    assert job.upload_digest is not None
    assert store.read(job.upload_digest) == CSV
    found = http.get(told["links"]["prediction"]).json()
    assert (found["status"], found["keep_columns"], found["file"]) == (
        "pending",
        True,
        job.upload_digest,
    )
    assert found["result_digest"] is None
    status = status_of(http, told["job_id"])
    assert (status["kind"], status["products"][0]["status"]) == ("prediction", "pending")
    listed = http.get(f"{TRAINING}/history", params={"kind": "prediction"}).json()["items"]
    assert [one["job_id"] for one in listed] == [told["job_id"]]


def test_the_result_comes_as_it_was_stored_and_not_twice(
    http: httpx.Client, table_model: TrainedModel, session: Session, store: ArtifactStore
) -> None:
    told = send(http, table_model).json()
    result = told["links"]["result"]
    assert http.get(result).status_code == 409
    ends(session, told["job_id"], store)

    answer = http.get(result)

    assert answer.status_code == 200
    assert answer.content == RESULT
    assert answer.headers["Content-Length"] == str(len(RESULT))
    assert answer.headers["Content-Type"] == "application/vnd.apache.parquet"
    assert f"{table_model.public_id}-" in answer.headers["Content-Disposition"]
    again = http.get(result, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    found = http.get(told["links"]["prediction"]).json()
    assert (found["rows_predicted"], found["result_bytes"]) == (1, len(RESULT))
    kept = datetime.fromisoformat(found["result_kept_until"]) - datetime.now(UTC)
    assert timedelta(days=6) < kept <= timedelta(days=7)
    status = status_of(http, told["job_id"])
    assert status["current_step"] == "The file is predicted"
    assert status["predicting_model_id"] == table_model.public_id


def test_the_result_outlives_the_model_but_not_its_days(
    http: httpx.Client, table_model: TrainedModel, session: Session, store: ArtifactStore
) -> None:
    told = send(http, table_model).json()
    ends(session, told["job_id"], store)
    assert http.delete(f"/api/v1/models/{table_model.public_id}").status_code == 200
    assert http.get(told["links"]["result"]).content == RESULT

    assert forget_results(session, older_than=timedelta(days=7)) == 0
    job_of(session, told["job_id"]).completed_at = datetime.now(UTC) - timedelta(days=8)
    session.flush()
    assert forget_results(session, older_than=timedelta(days=7)) == 1
    session.commit()

    answer = http.get(told["links"]["result"])
    assert answer.status_code == 410
    assert "BATCH_PREDICTION_RETENTION_DAYS" in answer.json()["detail"]


def test_a_file_that_was_sent_before_need_not_be_sent_again(
    http: httpx.Client, table_model: TrainedModel, session: Session
) -> None:
    first = job_of(session, send(http, table_model).json()["job_id"])
    answer = http.post(address(table_model), json={"file": first.upload_digest})
    assert answer.status_code == 202, answer.text
    assert job_of(session, answer.json()["job_id"]).upload_digest == first.upload_digest
    unknown = http.post(address(table_model), json={"file": "0" * 64})
    assert unknown.status_code == 422
    assert "send the file itself" in unknown.json()["detail"]


def test_a_repeated_key_predicts_once(
    http: httpx.Client, table_model: TrainedModel, session: Session
) -> None:
    first, second = (send(http, table_model, key="march").json() for _ in range(2))
    assert first == second
    assert session.scalar(select(func.count()).select_from(BatchPrediction)) == 1
    other = send(http, table_model, CSV + b"9,Nice\n", key="march")
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "empty"), (b"PK\x03\x04\0\0", "neither Parquet"), (b"\0\0\0", "neither Parquet")],
)
def test_what_is_no_table_is_refused_at_once(
    http: httpx.Client, table_model: TrainedModel, content: bytes, told: str
) -> None:
    answer = send(http, table_model, content)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_options_that_are_not_accepted_are_named(
    http: httpx.Client, table_model: TrainedModel
) -> None:
    answer = send(http, table_model, priority="12", colour="red")
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"priority", "colour"}
    without = http.post(address(table_model), data={}, files={"other": b"a"})
    assert "no part `file`" in without.json()["detail"]


def test_the_forecast_of_a_product_predicts_no_file(http: httpx.Client, session: Session) -> None:
    (claim,) = running_claims(session, new_job(session))
    transitions.finish(session, claim.token, model_outcome())
    session.commit()
    answer = send(http, model_of(session, "forecast"))
    assert answer.status_code == 422
    assert "/predict" in answer.json()["detail"]


def test_unknown_models_and_jobs_are_not_found(
    http: httpx.Client, table_model: TrainedModel
) -> None:
    told = send(http, table_model).json()
    for path in (
        f"{address(table_model)}/{uuid4()}",
        f"{address(table_model)}/{uuid4()}/result",
        f"/api/v1/models/model-of-nobody/batch-predictions/{told['job_id']}",
    ):
        assert http.get(path).status_code == 404
    nobody = http.post(
        "/api/v1/models/model-of-nobody/batch-predictions", files={"file": ("r.csv", CSV)}
    )
    assert nobody.status_code == 404


def test_a_stopped_one_is_tried_again_with_the_same_file(
    http: httpx.Client, table_model: TrainedModel, session: Session
) -> None:
    told = send(http, table_model, keep_columns="true").json()
    assert http.post(told["links"]["stop"]).status_code == 202
    gone = http.get(told["links"]["result"])
    assert (gone.status_code, "cancelled" in gone.json()["detail"]) == (404, True)

    answer = http.post(f"{TRAINING}/retry/{told['job_id']}")

    assert answer.status_code == 202, answer.text
    job, first = (job_of(session, one) for one in (answer.json()["job_id"], told["job_id"]))
    assert (job.kind, job.request, job.upload_digest) == (
        "prediction",
        first.request,
        first.upload_digest,
    )
    assert session.get_one(BatchPrediction, job.id).model_id == table_model.id


def test_it_is_no_training_to_anybody_else(
    http: httpx.Client, table_model: TrainedModel, session: Session, store: ArtifactStore
) -> None:
    before = collect(session, max_tenants=10)
    events = session.scalar(select(func.count()).select_from(OutboxEvent))
    first, second = (send(http, table_model).json()["job_id"] for _ in range(2))
    ends(session, first, store)
    (claim,) = running_claims(session, job_of(session, second))
    transitions.fail(
        session,
        claim.token,
        error_type="WrongColumnsError",
        message="The columns do not fit",
        recommended_action="Send others",
        retry=False,
    )
    session.commit()

    after = collect(session, max_tenants=10)
    assert (after.jobs, after.durations) == (before.jobs, before.durations)
    assert session.scalar(select(func.count()).select_from(OutboxEvent)) == events
    performance = http.get(f"{TRAINING}/analytics/performance").json()
    assert performance["jobs"]["total"] == 0, "the model itself was trained months ago"
    assert http.delete(f"{TRAINING}/jobs/{first}").status_code == 200
    assert collect(session, max_tenants=10).jobs == before.jobs


def test_who_asked_is_in_the_audit_trail(
    http: httpx.Client, table_model: TrainedModel, session: Session
) -> None:
    job_id = send(http, table_model).json()["job_id"]
    line = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == job_id)).one()
    assert line.action == "start"
    assert line.details["model_id"] == table_model.public_id


def test_a_parquet_file_is_taken_as_well(
    http: httpx.Client, table_model: TrainedModel, session: Session
) -> None:
    buffer = io.BytesIO()
    pd.DataFrame({"size": [1.0]}).to_parquet(buffer)
    answer = send(http, table_model, buffer.getvalue())
    assert answer.status_code == 202
    assert session.scalar(select(func.count()).where(TrainingJob.kind == "prediction")) == 1


def test_a_candidate_that_the_model_does_not_have_is_refused_at_once(
    http: httpx.Client, table_model: TrainedModel, session: Session
) -> None:
    before = session.scalar(select(func.count(TrainingJob.id)))

    answer = send(http, table_model, candidate="nobody")

    assert (answer.status_code, answer.json()["title"]) == (422, "Unprocessable Entity")
    assert "nobody" in answer.json()["detail"]
    assert session.scalar(select(func.count(TrainingJob.id))) == before


def test_text_with_a_nul_character_is_refused(
    http: httpx.Client, table_model: TrainedModel
) -> None:
    answer = send(http, table_model, job_name="a\x00b")

    assert answer.status_code == 422
    assert "NUL" in answer.json()["detail"]
