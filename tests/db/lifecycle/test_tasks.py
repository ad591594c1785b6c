"""One task: claimed, renewed, reported, finished, failed, given back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db import transitions
from db.jobs.progress import since
from db.lifecycle.outcomes import SharedOutcome
from db.operation.events import add_completed_event
from db.tables import (
    ModelArtifact,
    OutboxEvent,
    TrainedModel,
    TrainingJob,
    TrainingLog,
    TrainingTask,
)
from db.transitions import Claim, Token
from tests.db.builders import (
    DIGEST,
    claimed,
    model_outcome,
    new_job,
    new_upload,
    running_claims,
    start,
    table_outcome,
    tasks_of,
)

PROBLEM = {
    "error_type": "InsufficientDataError",
    "message": "Product requires minimum 30 days of sales data. Currently: 15 days.",
    "recommended_action": "Collect more sales data before retraining",
}


def let_lease_expire(session: Session, token: Token) -> None:
    session.execute(
        update(TrainingTask)
        .where(TrainingTask.id == token.task_id)
        .values(lease_expires_at=func.now() - timedelta(seconds=1))
    )


def test_a_claim_is_for_one(session: Session) -> None:
    job = new_job(session, request={"horizon_days": 30})
    start(session, job)
    (task,) = tasks_of(session, job)
    claim = claimed(session, task, worker="w7")
    assert claim.token == Token(task_id=task.id, job_id=job.id, tenant_id=job.tenant_id, attempt=1)
    assert (task.status, task.worker, task.attempt) == ("running", "w7", 1)
    assert claim.product_id == task.product_id
    assert claim.job_request == {"horizon_days": 30}
    assert claim.deadline_at == job.deadline_at
    assert 1790 < claim.seconds_left <= 1800
    assert [message.body["event"] for message in claim.messages] == ["job_started", "task_started"]
    assert transitions.claim(session, task.id, worker="w8", lease_s=20) is None


def claim_of(session: Session, task: TrainingTask) -> Claim | None:
    return transitions.claim(session, task.id, worker="w", lease_s=20)


def test_what_cannot_be_claimed(session: Session) -> None:
    not_started = new_job(session)
    assert claim_of(session, tasks_of(session, not_started)[0]) is None
    assert transitions.claim(session, uuid4(), worker="w", lease_s=1) is None
    stopped = new_job(session, products=2)
    start(session, stopped)
    claimed(session, tasks_of(session, stopped)[0])
    transitions.request_stop(session, stopped.tenant_id, stopped.id, "finish")
    assert claim_of(session, tasks_of(session, stopped)[1]) is None
    overdue = new_job(session)
    start(session, overdue)
    overdue.deadline_at = overdue.started_at
    session.flush()
    assert claim_of(session, tasks_of(session, overdue)[0]) is None


def test_renewing_keeps_the_lease_and_tells_of_a_stop(session: Session) -> None:
    job = new_job(session)
    (claim,) = running_claims(session, job)
    before = tasks_of(session, job)[0].lease_expires_at
    standing = transitions.renew(session, claim.token, lease_s=60)
    assert standing is not None
    assert (standing.stop_mode, standing.deadline_at) == (None, job.deadline_at)
    assert 0 < standing.seconds_left <= 1800
    session.expire_all()
    after = tasks_of(session, job)[0].lease_expires_at
    assert before is not None
    assert after is not None
    assert after > before + timedelta(seconds=30)
    transitions.request_stop(session, job.tenant_id, job.id, "abort")
    stopped = transitions.renew(session, claim.token, lease_s=60)
    assert stopped is not None
    assert stopped.stop_mode == "abort"


def test_a_job_tells_what_happened_last(session: Session) -> None:
    job = new_job(session, products=2)
    start(session, job)
    first, second = tasks_of(session, job)
    claim = claimed(session, first)
    assert job.current_step == "Training of Bread 0 started"
    transitions.finish(session, claim.token, model_outcome(message="Trained well"))
    assert job.current_step == "Bread 0: Trained well"
    claim = claimed(session, second)
    assert job.current_step == "Bread 0: Trained well"
    transitions.report(session, claim.token, phase="training", percentage=5, message="Training")
    assert job.current_step == "Bread 1: Training"


def told_by(claim: Claim) -> list[str]:
    return [message.body["event"] for message in claim.messages]


def test_products_tell_when_they_begin_until_one_has_ended(session: Session) -> None:
    job = new_job(session, products=3, with_shared=True)
    start(session, job)
    shared, first, second, third = tasks_of(session, job)
    assert told_by(claimed(session, shared)) == ["job_started", "task_started"]
    one, other = claimed(session, first), claimed(session, second)
    assert [told_by(one), told_by(other)] == [["task_started"], ["task_started"]]
    transitions.finish(session, one.token, model_outcome())

    claim = claimed(session, third)

    assert told_by(claim) == []
    (report,) = transitions.report(
        session, claim.token, phase="training", percentage=5, message="Training"
    )
    assert (report.seq, report.body["task"]["status"]) == (job.progress_seq, "running")


def test_a_report_moves_task_and_job(session: Session) -> None:
    job = new_job(session, products=4)
    first, second, *_ = running_claims(session, job)
    transitions.report(session, first.token, phase="backtest", percentage=40, message="Fold 1")
    (message,) = transitions.report(
        session,
        second.token,
        phase="training",
        percentage=80.456,
        message="Fitting",
        metrics={"mase": float("nan"), "folds": 2},
        logs=["fold 2 fitted"],
    )
    task = tasks_of(session, job)[1]
    assert (task.phase, task.progress, task.current_step) == ("training", 80.46, "Fitting")
    assert job.progress_percentage == pytest.approx((40 + 80.46) / 4, abs=0.01)
    assert job.current_step == "Bread 1: Fitting"
    body = message.body
    assert body["event"] == "task_progress"
    assert body["job"]["percentage"] == job.progress_percentage
    assert body["job"]["products_total"] == 4
    assert body["task"]["percentage"] == 80.46
    assert body["task"]["metrics"] == {"mase": None, "folds": 2}
    assert body["task"]["logs"] == ["fold 2 fitted"]
    assert session.scalars(select(TrainingLog.message)).all() == ["fold 2 fitted"]


def test_a_percentage_never_falls_and_100_is_for_the_end(session: Session) -> None:
    job = new_job(session)
    (claim,) = running_claims(session, job)
    seen = []
    for percentage in (30, 20, 250, -5):
        (message,) = transitions.report(
            session, claim.token, phase="training", percentage=percentage, message="."
        )
        seen.append((message.body["task"]["percentage"], message.body["job"]["percentage"]))
    assert seen == [(30, 30), (30, 30), (100, 99.99), (100, 99.99)]


def test_the_expected_end_is_linear_and_unknown_at_first(session: Session) -> None:
    job = new_job(session)
    (claim,) = running_claims(session, job)
    job.started_at = func.clock_timestamp() - timedelta(seconds=100)
    session.flush()
    (early,) = transitions.report(session, claim.token, phase="a", percentage=1.9, message=".")
    assert early.body["job"]["eta_seconds"] is None
    assert job.estimated_completion is None
    (later,) = transitions.report(session, claim.token, phase="a", percentage=25, message=".")
    assert later.body["job"]["eta_seconds"] == pytest.approx(300, abs=5)
    assert job.estimated_completion is not None


def test_finish_registers_everything_and_ends_the_job(session: Session) -> None:
    job = new_job(session, job_name="Weekly retraining")
    (claim,) = running_claims(session, job)
    messages = transitions.finish(session, claim.token, model_outcome())
    assert messages is not None
    assert [message.body["event"] for message in messages] == ["task_completed", "job_completed"]
    assert (job.status, job.progress_percentage, job.products_completed) == ("completed", 100, 1)
    assert job.completed_at is not None
    model = session.scalars(select(TrainedModel)).one()
    assert messages[0].body["task"]["model_id"] == model.public_id
    assert messages[0].body["task"]["metrics"]["baseline"] == {"mase": 1.1}
    result = messages[1].body["result"]
    assert result["successful_trainings"] == 1
    assert result["average_accuracy"] == 82.5
    event = session.scalars(select(OutboxEvent)).one()
    assert event.routing_key == "training.completed"


def test_the_completed_event_has_the_documented_shape(session: Session) -> None:
    job = new_job(session, products=2, job_name="Weekly retraining - All products")
    first, second = running_claims(session, job)
    transitions.finish(session, first.token, model_outcome())
    transitions.fail(session, second.token, **PROBLEM, retry=False)
    session.flush()
    failed, completed = session.scalars(select(OutboxEvent).order_by(OutboxEvent.id)).all()
    model = session.scalars(select(TrainedModel)).one()
    assert failed.routing_key == "training.failed"
    assert set(failed.payload) == {
        "event_id", "event_type", "tenant_id", "job_id", "product_id", "product_name", "error_type",
        "error_message", "recommended_action", "severity", "timestamp",
    }  # fmt: skip
    assert failed.payload["event_type"] == "training_failed"
    assert failed.payload["error_message"] == PROBLEM["message"]
    assert failed.payload["severity"] == "medium"
    assert set(completed.payload) == {
        "event_id", "event_type", "tenant_id", "job_id", "job_name", "status", "results",
        "started_at", "completed_at", "timestamp",
    }  # fmt: skip
    assert completed.payload["event_type"] == "training_completed"
    assert completed.payload["status"] == "completed"
    results = completed.payload["results"]
    assert (results["successful_trainings"], results["failed_trainings"]) == (1, 1)
    assert (results["total_products"], results["skipped_trainings"]) == (2, 0)
    assert results["average_accuracy"] == 82.5
    (created,) = results["models_created"]
    assert created["product_name"] == "Bread 0"
    assert created["model_version"] == model.model_version
    assert (created["accuracy"], created["mae"], created["rmse"]) == (82.5, 2.5, 3.5)


def test_the_event_of_a_large_job_names_its_first_models_and_counts_all(session: Session) -> None:
    job = new_job(session, products=3)
    for claim, accuracy in zip(running_claims(session, job), (70.0, 80.0, 99.0), strict=True):
        transitions.finish(session, claim.token, model_outcome(metrics={"accuracy": accuracy}))
    assert job.completed_at is not None
    add_completed_event(session, job, job.completed_at, most_models=2)
    session.flush()
    *_, event = session.scalars(select(OutboxEvent).order_by(OutboxEvent.id))
    results = event.payload["results"]
    assert [model["accuracy"] for model in results["models_created"]] == [70.0, 80.0]
    assert (results["successful_trainings"], results["average_accuracy"]) == (3, 83.0)


def test_a_finished_upload_ends_with_what_the_studio_document_names(session: Session) -> None:
    job = new_upload(session)
    (claim,) = running_claims(session, job)
    assert claim.upload_digest == DIGEST
    messages = transitions.finish(session, claim.token, table_outcome())
    assert messages is not None
    result = messages[-1].body["result"]
    model = session.scalars(select(TrainedModel)).one()
    assert result["algorithm"] == "xgboost"
    assert result["model_id"] == model.public_id
    assert result["model_file_path"] == f"./models/{model.public_id}/model.pkl"
    assert result["preprocessing_file_path"] == f"./models/{model.public_id}/preprocessing.pkl"
    assert result["metrics"]["test_accuracy"] == 0.88
    assert result["logs"][-1] == "Total training time: 245.50 seconds"


def test_a_failed_upload_tells_why(session: Session) -> None:
    job = new_upload(session)
    (claim,) = running_claims(session, job)
    messages = transitions.fail(
        session, claim.token, **(PROBLEM | {"message": "No such target."}), retry=False
    )
    assert messages is not None
    assert [message.body["event"] for message in messages] == ["task_failed", "job_failed"]
    assert messages[-1].body["result"]["error_message"] == "No such target."
    assert job.error_message == "No such target."
    assert job.progress_percentage < 100


def test_the_shared_stage_gives_its_artifact_to_the_products(session: Session) -> None:
    job = new_job(session, products=1, with_shared=True)
    start(session, job)
    shared, product = tasks_of(session, job)
    claim = claimed(session, shared)
    outcome = SharedOutcome(manifest_digest=DIGEST, artifacts=model_outcome().artifacts)
    messages = transitions.finish(session, claim.token, outcome)
    assert messages is not None
    assert [message.body["event"] for message in messages] == ["task_completed"]
    assert (job.status, job.products_completed) == ("running", 0)
    assert claimed(session, product).shared_artifact == DIGEST
    artifact = session.scalars(select(ModelArtifact)).one()
    assert (artifact.training_job_id, artifact.model_id) == (job.id, None)


def test_a_failed_shared_stage_does_not_count_as_a_product(session: Session) -> None:
    job = new_job(session, products=1, with_shared=True)
    start(session, job)
    shared, product = tasks_of(session, job)
    transitions.fail(session, claimed(session, shared).token, **PROBLEM, retry=False)
    assert (job.status, job.products_failed) == ("running", 0)
    transitions.finish(session, claimed(session, product).token, model_outcome())
    assert (job.status, job.products_completed, job.products_failed) == ("completed", 1, 0)
    assert [event.routing_key for event in session.scalars(select(OutboxEvent))] == [
        "training.completed"
    ]


def stale_tokens(session: Session, job: TrainingJob) -> list[Token]:
    """The token of an earlier attempt, of a task that ended, and of a job that is gone."""
    first, second = running_claims(session, job)
    let_lease_expire(session, first.token)
    transitions.reclaim(session)
    claimed(session, tasks_of(session, job)[0])
    transitions.cancel_task(session, second.token)
    unknown = Token(task_id=uuid4(), job_id=uuid4(), tenant_id=job.tenant_id, attempt=1)
    return [first.token, second.token, unknown]


def test_a_stale_token_writes_nothing(session: Session) -> None:
    job = new_job(session, products=2)
    tokens = stale_tokens(session, job)
    session.flush()
    before = snapshot(session, job)
    for token in tokens:
        assert transitions.renew(session, token, lease_s=20) is None
        assert transitions.report(session, token, phase="a", percentage=9, message=".") == []
        assert transitions.finish(session, token, model_outcome()) is None
        assert transitions.fail(session, token, **PROBLEM, retry=False) is None
        assert transitions.fail(session, token, **PROBLEM, retry=True) is None
        assert transitions.release(session, token) is None
        assert transitions.cancel_task(session, token) is None
    assert snapshot(session, job) == before
    assert session.scalars(select(TrainedModel)).all() == []


def snapshot(session: Session, job: TrainingJob) -> list[Any]:
    session.flush()
    session.expire_all()
    rows = [job, *tasks_of(session, job)]
    values = [[getattr(row, column.key) for column in type(row).__table__.columns] for row in rows]
    counts = [
        session.scalar(select(func.count()).select_from(table))
        for table in (TrainingLog, OutboxEvent, ModelArtifact)
    ]
    return [*values, counts, len(since(session, job.id, 0))]


def test_a_retry_waits_and_the_last_attempt_fails(session: Session) -> None:
    job = new_job(session, max_attempts=2)
    (claim,) = running_claims(session, job)
    transitions.report(session, claim.token, phase="backtest", percentage=50, message=".")
    messages = transitions.fail(session, claim.token, **PROBLEM, retry=True, backoff_s=60)
    assert messages is not None
    assert [message.body["event"] for message in messages] == ["task_retry"]
    (task,) = tasks_of(session, job)
    assert (task.status, task.progress, task.phase) == ("pending", 0, None)
    assert (task.dispatched_at, task.worker, task.lease_expires_at) == (None, None, None)
    assert "Attempt 1 of 2 did not finish" in messages[0].body["task"]["message"]
    assert (job.retry_count, job.progress_percentage) == (1, 50)
    assert claim_of(session, task) is None
    task.not_before = func.now()
    session.flush()
    second = claimed(session, task)
    assert second.token.attempt == 2
    ended = transitions.fail(session, second.token, **PROBLEM, retry=True)
    assert ended is not None
    assert [message.body["event"] for message in ended] == ["task_failed", "job_failed"]
    assert (task.status, task.error_type) == ("failed", "InsufficientDataError")
    assert job.error_message == PROBLEM["message"]
    assert job.completed_at is not None


def test_a_success_forgets_the_errors_of_earlier_attempts(session: Session) -> None:
    job = new_job(session)
    (claim,) = running_claims(session, job)
    transitions.fail(session, claim.token, **PROBLEM, retry=True)
    (task,) = tasks_of(session, job)
    transitions.finish(session, claimed(session, task).token, model_outcome())
    assert (task.status, task.error_type, task.error_message) == ("completed", None, None)


def test_no_retry_once_a_stop_is_requested(session: Session) -> None:
    job = new_job(session)
    (claim,) = running_claims(session, job)
    transitions.request_stop(session, job.tenant_id, job.id, "finish")
    transitions.fail(session, claim.token, **PROBLEM, retry=True)
    assert (job.status, job.products_failed) == ("failed", 1)


def test_released_tasks_keep_their_attempts(session: Session) -> None:
    job = new_job(session, max_attempts=1)
    (claim,) = running_claims(session, job)
    messages = transitions.release(session, claim.token)
    assert messages is not None
    assert messages[0].body["event"] == "task_retry"
    (task,) = tasks_of(session, job)
    again = claimed(session, task)
    assert again.token.attempt == 2
    assert transitions.fail(session, again.token, **PROBLEM, retry=True) is not None
    assert task.status == "failed"


def test_a_released_task_of_a_stopped_job_is_cancelled(session: Session) -> None:
    job = new_job(session)
    (claim,) = running_claims(session, job)
    transitions.request_stop(session, job.tenant_id, job.id, "abort")
    transitions.release(session, claim.token)
    assert job.status == "cancelled"


def test_an_expired_lease_is_taken_back(session: Session) -> None:
    job = new_job(session, products=2, max_attempts=2)
    first, second = running_claims(session, job)
    let_lease_expire(session, first.token)
    messages = transitions.reclaim(session)
    assert [message.body["event"] for message in messages] == ["task_retry"]
    task, other = tasks_of(session, job)
    assert (task.status, task.dispatched_at, other.status) == ("pending", None, "running")
    assert claimed(session, task).token.attempt == 2
    let_lease_expire(session, claimed_token(task))
    messages = transitions.reclaim(session)
    assert [message.body["event"] for message in messages] == ["task_failed"]
    assert (task.status, task.error_type) == ("failed", "WorkerLostError")
    assert (job.products_failed, job.status) == (1, "running")
    assert transitions.renew(session, second.token, lease_s=5) is not None
    assert transitions.reclaim(session) == []


def claimed_token(task: TrainingTask) -> Token:
    return Token(
        task_id=task.id, job_id=task.job_id, tenant_id=task.tenant_id, attempt=task.attempt
    )


def test_a_lost_task_of_a_stopped_job_is_cancelled(session: Session) -> None:
    job = new_job(session)
    (claim,) = running_claims(session, job)
    transitions.request_stop(session, job.tenant_id, job.id, "abort")
    let_lease_expire(session, claim.token)
    messages = transitions.reclaim(session)
    assert [message.body["event"] for message in messages] == ["task_cancelled", "job_cancelled"]
    assert job.status == "cancelled"


def test_text_that_postgres_refuses_is_stored_all_the_same(session: Session) -> None:
    job = new_job(session)
    (claim,) = running_claims(session, job)
    transitions.report(
        session,
        claim.token,
        phase="p" * 80,
        percentage=1,
        message="nul \x00 and \ud800 " + "long" * 100,
        metrics={"a\x00b": "\x00"},
        logs=["\x00"],
    )
    transitions.fail(session, claim.token, **(PROBLEM | {"message": "\x00bad\ud800"}), retry=False)
    (task,) = tasks_of(session, job)
    assert task.error_message == "\ufffdbad?"
    assert len(task.current_step or "") == 255
