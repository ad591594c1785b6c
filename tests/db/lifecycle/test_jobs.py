"""Whole jobs: made once, stopped, expired, ended exactly once."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import transitions
from db.jobs.progress import since
from db.lifecycle.jobs import MOST_AT_ONCE
from db.tables import OutboxEvent, TrainingJob
from db.transitions import NewTask
from tests.db.builders import (
    claimed,
    model_outcome,
    new_job,
    new_products,
    new_tenant,
    running_claims,
    start,
    tasks_of,
)

PROBLEM = {"error_type": "InvalidDataError", "message": "Bad.", "recommended_action": "Mend it"}


def events_of(session: Session, job: TrainingJob) -> list[str]:
    return [message.body["event"] for message in since(session, job.id, 0)]


def test_a_new_job_waits_with_its_tasks(session: Session) -> None:
    job = new_job(session, products=3, with_shared=True, priority=5, job_name="x" * 300)
    shared, *products = tasks_of(session, job)
    assert (job.status, job.priority, job.products_total, job.progress_seq) == ("pending", 5, 3, 0)
    assert job.products_to_train == [str(task.product_id) for task in products]
    assert len(job.job_name or "") == 255
    assert (shared.kind, shared.position) == ("shared", 0)
    assert {(task.status, task.attempt, task.max_attempts) for task in products} == {
        ("pending", 0, 3)
    }


def test_a_job_without_work_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="at least one product"):
        new_job(session, tasks=[NewTask(kind="shared")])


def test_a_product_is_trained_once_per_job(session: Session) -> None:
    (product,) = new_products(session, 1)
    twice = [NewTask(kind="product", product_id=product.id)] * 2
    with pytest.raises(IntegrityError, match="uq_training_tasks_job_id_product_id"):
        new_job(session, tasks=twice)


def test_admission_starts_the_clock_once(session: Session) -> None:
    job = new_job(session, timeout_s=90)
    start(session, job)
    assert job.status == "running"
    assert job.started_at is not None
    assert job.deadline_at is not None
    assert (job.deadline_at - job.started_at).total_seconds() == 90
    assert transitions.admit(session, [job.id]) == set()


@pytest.mark.parametrize("mode", ["abort", "finish"])
def test_stopping_what_has_not_started_cancels_it_at_once(session: Session, mode: str) -> None:
    job = new_job(session, products=2, with_shared=True)
    stop = transitions.request_stop(session, job.tenant_id, job.id, mode)
    assert stop is not None
    assert (stop.status, stop.cancelled, stop.running) == ("cancelled", 3, 0)
    assert (job.status, job.products_cancelled) == ("cancelled", 2)
    assert events_of(session, job) == [*["task_cancelled"] * 3, "job_cancelled"]
    assert transitions.admit(session, [job.id]) == set()


def test_of_a_large_job_the_first_cancelled_products_are_told_and_all_are_counted(
    session: Session,
) -> None:
    job = new_job(session, products=MOST_AT_ONCE + 3)
    stop = transitions.request_stop(session, job.tenant_id, job.id, "abort")
    assert stop is not None
    assert (stop.status, stop.cancelled) == ("cancelled", MOST_AT_ONCE + 3)
    assert job.products_cancelled == MOST_AT_ONCE + 3
    tasks = tasks_of(session, job)
    told = [message.body["task"]["id"] for message in stop.messages[:-1]]
    assert told == [str(task.id) for task in tasks[:MOST_AT_ONCE]]
    assert stop.messages[-1].body["event"] == "job_cancelled"
    assert {(task.status, task.completed_at is None) for task in tasks} == {("cancelled", False)}


def test_a_large_job_that_is_out_of_time_ends_piece_by_piece(session: Session) -> None:
    """In one piece it could take longer than a transaction may pause, and would never end."""
    job = new_job(session, products=5, timeout_s=1)
    start(session, job)
    job.deadline_at = func.now()
    session.flush()
    ended = [transitions.expire(session, limit=2) for _ in range(4)]
    assert [[message.body["event"] for message in messages] for messages in ended] == [
        ["task_failed", "task_failed"],
        ["task_failed", "task_failed"],
        ["task_failed", "job_failed"],
        [],
    ]
    assert (job.status, job.products_failed) == ("failed", 5)


def test_abort_waits_for_running_tasks_to_unwind(session: Session) -> None:
    job = new_job(session, products=3)
    start(session, job)
    first, second, third = tasks_of(session, job)
    done, running = claimed(session, first), claimed(session, second)
    transitions.finish(session, done.token, model_outcome())
    stop = transitions.request_stop(session, job.tenant_id, job.id, "abort")
    assert stop is not None
    assert (stop.status, stop.cancelled, stop.running) == ("running", 1, 1)
    assert (third.status, second.status) == ("cancelled", "running")
    messages = transitions.cancel_task(session, running.token)
    assert messages is not None
    assert [message.body["event"] for message in messages] == ["task_cancelled", "job_cancelled"]
    assert (job.status, job.products_completed, job.products_cancelled) == ("cancelled", 1, 2)
    assert job.progress_percentage < 100


def test_an_abort_that_came_too_late_leaves_a_completed_job(session: Session) -> None:
    job = new_job(session)
    (claim,) = running_claims(session, job)
    transitions.request_stop(session, job.tenant_id, job.id, "abort")
    transitions.finish(session, claim.token, model_outcome())
    assert job.status == "completed"
    assert job.current_step == "The product is trained"


def test_finish_lets_running_tasks_end(session: Session) -> None:
    job = new_job(session, products=3)
    start(session, job)
    claim = claimed(session, tasks_of(session, job)[0])
    stop = transitions.request_stop(session, job.tenant_id, job.id, "finish")
    assert stop is not None
    assert (stop.cancelled, stop.running) == (2, 1)
    transitions.finish(session, claim.token, model_outcome())
    assert (job.status, job.products_completed, job.products_cancelled) == ("completed", 1, 2)
    assert job.current_step == "1 of 3 products are trained, 2 cancelled"


def test_an_abort_may_follow_a_finish_but_not_the_reverse(session: Session) -> None:
    job = new_job(session)
    running_claims(session, job)
    for asked, recorded in (("finish", "finish"), ("abort", "abort"), ("finish", "abort")):
        transitions.request_stop(session, job.tenant_id, job.id, asked)
        assert job.stop_mode == recorded


def test_stopping_what_ended_or_belongs_to_others(session: Session) -> None:
    job = new_job(session)
    (claim,) = running_claims(session, job)
    transitions.finish(session, claim.token, model_outcome())
    before = len(events_of(session, job))
    stop = transitions.request_stop(session, job.tenant_id, job.id, "abort")
    assert stop is not None
    assert (stop.status, stop.messages) == ("completed", [])
    assert job.stop_requested_at is None
    assert len(events_of(session, job)) == before
    assert transitions.request_stop(session, new_tenant(session), job.id, "abort") is None
    assert transitions.request_stop(session, job.tenant_id, uuid4(), "abort") is None


def test_a_job_over_its_deadline_keeps_what_is_finished(session: Session) -> None:
    job = new_job(session, products=3, timeout_s=1800)
    start(session, job)
    first, second, third = tasks_of(session, job)
    done, running = claimed(session, first), claimed(session, second)
    transitions.finish(session, done.token, model_outcome())
    assert transitions.expire(session) == []
    job.deadline_at = func.now()
    session.flush()
    messages = transitions.expire(session)
    assert [message.body["event"] for message in messages] == ["task_failed"]
    assert (third.status, third.error_type) == ("failed", "TrainingTimeoutError")
    assert "time limit of 30 minutes" in (third.error_message or "")
    assert second.status == "running"
    assert transitions.expire(session) == []
    transitions.fail(session, running.token, **PROBLEM, retry=False)
    assert (job.status, job.products_completed, job.products_failed) == ("completed", 1, 2)


def test_nothing_finished_by_the_deadline_is_a_failure(session: Session) -> None:
    job = new_job(session, products=2)
    start(session, job)
    job.deadline_at = func.now()
    session.flush()
    assert events_of(session, job) == []
    messages = transitions.expire(session)
    assert messages[-1].body["event"] == "job_failed"
    assert job.status == "failed"
    assert (job.error_message or "").startswith("None of the 2 products could be trained.")


def test_one_bad_product_does_not_sink_the_job(session: Session) -> None:
    job = new_job(session, products=2)
    good, bad = running_claims(session, job)
    transitions.fail(session, bad.token, **PROBLEM, retry=False)
    assert job.status == "running"
    transitions.finish(session, good.token, model_outcome())
    assert (job.status, job.current_step) == (
        "completed",
        "1 of 2 products are trained, 1 failed",
    )


def test_numbers_are_contiguous_and_the_end_comes_once(session: Session) -> None:
    job = new_job(session, products=3)
    for claim in running_claims(session, job):
        transitions.report(session, claim.token, phase="a", percentage=10, message=".")
        transitions.finish(session, claim.token, model_outcome())
    messages = since(session, job.id, 0)
    assert [message.seq for message in messages] == list(range(1, len(messages) + 1))
    assert [message.body["seq"] for message in messages] == [message.seq for message in messages]
    assert events_of(session, job).count("job_completed") == 1
    assert messages[-1].body["event"] == "job_completed"
    percentages = [message.body["job"]["percentage"] for message in messages]
    assert percentages == sorted(percentages)
    assert [value for value in percentages if value == 100] == [100]
    assert session.scalar(select(func.count()).select_from(OutboxEvent)) == 1
