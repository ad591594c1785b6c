"""What a worker does to a task: claim it, tell of it, end it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, bindparam, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from core.progress import ProgressMessage
from db.bulk import write_all
from db.jobs import wording
from db.jobs.batch_predictions import keep_result
from db.jobs.logs import add_lines
from db.jobs.messages import News, append_job_news, append_task_news
from db.lifecycle.guards import change, unclaimed
from db.lifecycle.outcomes import LogLine, Outcome, PredictionOutcome, SharedOutcome, SkippedOutcome
from db.lifecycle.registration import add_shared_artifacts, register_model
from db.lifecycle.settling import cancel_running, failure, measure, retry_news, settle
from db.lifecycle.tokens import Claim, Messages, Token
from db.locks import FRESH, lock_job, lock_job_of
from db.models.metrics import outcome_metrics
from db.tables import TrainedModel, TrainingJob, TrainingTask
from db.text import storable


def claim(session: Session, task_id: UUID, *, worker: str, lease_s: float) -> Claim | None:
    """The task for this worker alone, until the lease ends; None when it is not to be had."""
    locked = lock_job_of(session, task_id)
    if locked is None:
        return None
    job, now = locked
    if (
        job.status != "running"
        or job.stop_requested_at
        or not job.deadline_at
        or now >= job.deadline_at
    ):
        return None
    terms = {
        "task_id": task_id,
        "now": now,
        "claimed_by": worker,
        "claimed_until": now + timedelta(seconds=lease_s),
    }
    task = session.scalars(_claiming(), terms, execution_options=FRESH).one_or_none()
    if task is None:
        return None
    messages = tuple(_start_news(session, job, now, task))
    write_all(session)
    return Claim(
        token=Token(task_id=task.id, job_id=job.id, tenant_id=job.tenant_id, attempt=task.attempt),
        kind=task.kind,
        product_id=task.product_id,
        product_name=task.product_name,
        job_request=job.request,
        deadline_at=job.deadline_at,
        seconds_left=(job.deadline_at - now).total_seconds(),
        shared_artifact=job.shared_artifact,
        upload_digest=job.upload_digest,
        trace_context=job.trace_context,
        request_id=job.request_id,
        messages=messages,
    )


@cache
def _claiming() -> ReturningUpdate[TrainingTask]:
    """Made once, as every task begins with it."""
    now = bindparam("now", type_=DateTime(timezone=True))
    return (
        update(TrainingTask)
        .where(
            TrainingTask.id == bindparam("task_id"),
            TrainingTask.status == "pending",
            or_(TrainingTask.not_before.is_(None), TrainingTask.not_before <= now),
        )
        .values(
            status="running",
            attempt=TrainingTask.attempt + 1,
            worker=bindparam("claimed_by"),
            lease_expires_at=bindparam("claimed_until"),
            dispatched_at=func.coalesce(TrainingTask.dispatched_at, now),
            started_at=now,
            progress=0,
            phase=None,
            current_step=None,
        )
        .returning(TrainingTask)
    )


def _start_news(
    session: Session, job: TrainingJob, now: datetime, task: TrainingTask
) -> Iterator[ProgressMessage]:
    if job.progress_seq == 0:
        job.current_step = wording.job_started(job)
        yield append_job_news(session, job, now, "job_started")
    news = News(event="task_started", message=wording.task_started(task))
    yield append_task_news(session, job, now, task, news)


def report(
    session: Session,
    token: Token,
    *,
    phase: str,
    percentage: float,
    message: str,
    metrics: Mapping[str, Any] | None = None,
    logs: Sequence[str] = (),
) -> Messages:
    """Record how far a task is; nothing when the token is stale. A percentage never falls."""
    locked = lock_job(session, token.job_id)
    if locked is None:
        return []
    job, now = locked
    task = change(
        session,
        token,
        phase=storable(phase, 50),
        current_step=storable(message, 255),
        progress=func.greatest(TrainingTask.progress, min(100.0, max(0.0, percentage))),
    )
    if task is None:
        return []
    job.current_step = storable(wording.step_of_job(task, message), 255)
    measure(session, job, now)
    add_lines(session, task, [LogLine(message=line, step_name=phase) for line in logs])
    news = News(event="task_progress", message=message, metrics=metrics or {}, logs=logs)
    return [append_task_news(session, job, now, task, news)]


def finish(
    session: Session, token: Token, outcome: Outcome, steps: Sequence[LogLine] = ()
) -> Messages | None:
    """Register what the task made, if there was something to make, and count it; None when the
    token is stale, and nothing is written.
    """
    locked = lock_job(session, token.job_id)
    if locked is None:
        return None
    job, now = locked
    task = change(
        session,
        token,
        status="completed",
        progress=100,
        phase="completed",
        current_step=storable(outcome.message, 255),
        completed_at=now,
        lease_expires_at=None,
        degraded_reason=getattr(outcome, "degraded_reason", None),
        warnings=_storable(getattr(outcome, "warnings", ())),
        error_type=None,
        error_message=None,
        recommended_action=None,
        severity=None,
        **_skipped(outcome),
    )
    if task is None:
        return None
    news, remarks = _record(session, job, now, task, outcome)
    add_lines(session, task, [*outcome.logs, *remarks, *steps])
    messages = settle(session, job, now, [(task, news)])
    write_all(session)
    return messages


def _record(
    session: Session, job: TrainingJob, now: datetime, task: TrainingTask, outcome: Outcome
) -> tuple[News, Sequence[LogLine]]:
    """What is told of the task, and what its log says beside what the work itself logged."""
    logs = [line.message for line in outcome.logs]
    news = News(event="task_completed", message=outcome.message, logs=logs)
    if isinstance(outcome, SharedOutcome):
        job.shared_artifact = outcome.manifest_digest
        add_shared_artifacts(session, job.id, outcome.artifacts)
        return News(event=news.event, message=news.message), ()
    if isinstance(outcome, SkippedOutcome):
        return replace(news, model_id=outcome.kept_public_id), ()
    if isinstance(outcome, PredictionOutcome):
        keep_result(session, job.id, outcome)
        return news, ()
    model, line = register_model(session, task, outcome, now)
    news = replace(news, metrics=outcome_metrics(outcome), model_id=model.public_id)
    return news, () if line is None else (line,)


def _storable(warnings: Sequence[str]) -> list[str]:
    return [storable(warning) for warning in warnings]


def _skipped(outcome: Outcome) -> dict[str, Any]:
    """The columns that tell of a training that was not needed."""
    if not isinstance(outcome, SkippedOutcome):
        return {}
    # The model may have been deleted since the worker looked.
    kept = select(TrainedModel.id).where(TrainedModel.id == outcome.kept_model_id)
    return {
        "skipped_reason": storable(outcome.reason),
        "kept_model_id": kept.scalar_subquery(),
    }


def fail(
    session: Session,
    token: Token,
    *,
    error_type: str,
    message: str,
    recommended_action: str,
    severity: str = "medium",
    retry: bool,
    backoff_s: float = 0,
    steps: Sequence[LogLine] = (),
    warnings: Sequence[str] = (),
) -> Messages | None:
    """Give the task back for another attempt, or end it when none is left or `retry` is false."""
    locked = lock_job(session, token.job_id)
    if locked is None:
        return None
    job, now = locked
    problem = wording.problem(error_type, message, recommended_action, severity)
    if retry and job.stop_requested_at is None:
        not_before = now + timedelta(seconds=backoff_s)
        left = TrainingTask.attempt < TrainingTask.max_attempts
        task = change(session, token, left, **unclaimed(not_before), **problem)
        if task is not None:
            add_lines(session, task, steps)
            return [retry_news(session, job, now, task)]
    task = change(
        session,
        token,
        status="failed",
        completed_at=now,
        lease_expires_at=None,
        warnings=_storable(warnings),
        **problem,
    )
    if task is None:
        return None
    add_lines(session, task, steps)
    return settle(session, job, now, [failure(session, task)])


def release(session: Session, token: Token, steps: Sequence[LogLine] = ()) -> Messages | None:
    """Give the task back without using up an attempt, because its worker shuts down."""
    locked = lock_job(session, token.job_id)
    if locked is None:
        return None
    job, now = locked
    if job.stop_requested_at is not None:
        return cancel_running(session, job, now, token, steps=steps)
    task = change(session, token, **unclaimed(now), max_attempts=TrainingTask.max_attempts + 1)
    if task is None:
        return None
    add_lines(session, task, steps)
    return [retry_news(session, job, now, task)]


def cancel_task(session: Session, token: Token, steps: Sequence[LogLine] = ()) -> Messages | None:
    """End a running task that was told to stop; None when the token is stale."""
    locked = lock_job(session, token.job_id)
    return None if locked is None else cancel_running(session, *locked, token, steps=steps)
