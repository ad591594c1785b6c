"""What a worker does to a task: claim it, tell of it, end it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CTE, Interval, Select, Update, Uuid, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from core.progress import ProgressMessage
from db.bulk import Columns, write_all
from db.jobs import wording
from db.jobs.batch_predictions import keep_result
from db.jobs.logs import add_lines, log_rows
from db.jobs.messages import News, append_job_news, append_task_news
from db.lifecycle.guards import change, unclaimed
from db.lifecycle.holding import JOBS, TASKS, change_held, end_held, hold, locking_then
from db.lifecycle.outcomes import LogLine, Outcome, PredictionOutcome, SharedOutcome, SkippedOutcome
from db.lifecycle.registration import add_shared_artifacts, forecast_rows, register_model
from db.lifecycle.settling import cancel_running, failure, measure, retry_news, settle
from db.lifecycle.tokens import Claim, Messages, Token
from db.locks import lock_job
from db.models.metrics import outcome_metrics
from db.tables import TrainingJob, TrainingTask
from db.text import storable


def claim(session: Session, task_id: UUID, *, worker: str, lease_s: float) -> Claim | None:
    """The task for this worker alone, until the lease ends; None when it is not to be had."""
    terms = {
        "of_task": task_id,
        "claimed_by": worker,
        "claimed_for": timedelta(seconds=lease_s),
    }
    held = hold(session, _claiming(), terms)
    if held is None:
        return None
    job, task, now = held
    messages = tuple(_start_news(session, job, now, task))
    write_all(session)
    deadline_at = cast("datetime", job.deadline_at)  # a running job has one, the table checks it
    return Claim(
        token=Token(task_id=task.id, job_id=job.id, tenant_id=job.tenant_id, attempt=task.attempt),
        kind=task.kind,
        product_id=task.product_id,
        product_name=task.product_name,
        job_request=job.request,
        deadline_at=deadline_at,
        seconds_left=(deadline_at - now).total_seconds(),
        shared_artifact=job.shared_artifact,
        upload_digest=job.upload_digest,
        trace_context=job.trace_context,
        request_id=job.request_id,
        messages=messages,
    )


@cache
def _claiming() -> Select[TrainingJob, TrainingTask, datetime]:
    """Made once, as every task begins with it."""
    task_id = bindparam("of_task", type_=Uuid())

    def change(job: CTE) -> Update:
        return (
            update(TASKS)
            .where(
                TASKS.c.id == task_id,
                TASKS.c.status == "pending",
                or_(TASKS.c.not_before.is_(None), TASKS.c.not_before <= job.c.now),
                job.c.status == "running",
                job.c.stop_requested_at.is_(None),
                job.c.deadline_at > job.c.now,
            )
            .values(
                status="running",
                attempt=TASKS.c.attempt + 1,
                worker=bindparam("claimed_by"),
                lease_expires_at=job.c.now + bindparam("claimed_for", type_=Interval()),
                dispatched_at=func.coalesce(TASKS.c.dispatched_at, job.c.now),
                started_at=job.c.now,
                progress=0,
                phase=None,
                current_step=None,
            )
        )

    of_task = select(TASKS.c.job_id).where(TASKS.c.id == task_id).scalar_subquery()
    return locking_then(JOBS.c.id == of_task, change)


def _start_news(
    session: Session, job: TrainingJob, now: datetime, task: TrainingTask
) -> Iterator[ProgressMessage]:
    """Once a product of the job has ended, the others tell nothing before their first report or
    their end: most take a moment, and that is one message less for all that it passes.
    """
    if job.progress_seq == 0:
        job.current_step = wording.job_started(job)
        yield append_job_news(session, job, now, "job_started")
    if job.products_completed or job.products_failed:
        return
    message = wording.task_started(task)
    job.current_step = storable(message, 255)
    yield append_task_news(session, job, now, task, News(event="task_started", message=message))


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
    told = {
        "phase": storable(phase, 50),
        "current_step": storable(message, 255),
        "progress": min(100.0, max(0.0, percentage)),
    }
    held = change_held(session, token, told)
    if held is None:
        return []
    job, task, now = held
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
    held = end_held(session, token, _end_of(outcome))
    if held is None:
        return None
    job, task, now = held
    recorded = _record(session, job, now, task, outcome)
    messages = settle(session, job, now, [(task, recorded.news)])
    logged = log_rows(task, [*outcome.logs, *recorded.remarks, *steps])
    write_all(session, [*recorded.rows, logged])
    return messages


def _end_of(outcome: Outcome) -> dict[str, Any]:
    """The columns of a task that ended well."""
    return {
        "status": "completed",
        "progress": 100,
        "phase": "completed",
        "current_step": storable(outcome.message, 255),
        "degraded_reason": getattr(outcome, "degraded_reason", None),
        "warnings": _storable(getattr(outcome, "warnings", ())),
        "error_type": None,
        "error_message": None,
        "recommended_action": None,
        "severity": None,
        **_skipped(outcome),
    }


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What is told of the task, what its log says beside what the work itself logged, and rows that
    are still to be written.
    """

    news: News
    remarks: Sequence[LogLine] = ()
    rows: Sequence[Columns] = ()


def _record(
    session: Session, job: TrainingJob, now: datetime, task: TrainingTask, outcome: Outcome
) -> _Recorded:
    logs = [line.message for line in outcome.logs]
    news = News(event="task_completed", message=outcome.message, logs=logs)
    if isinstance(outcome, SharedOutcome):
        job.shared_artifact = outcome.manifest_digest
        add_shared_artifacts(session, job.id, outcome.artifacts)
        return _Recorded(News(event=news.event, message=news.message))
    if isinstance(outcome, SkippedOutcome):
        return _Recorded(replace(news, model_id=outcome.kept_public_id))
    if isinstance(outcome, PredictionOutcome):
        keep_result(session, job.id, outcome)
        return _Recorded(news)
    model, line = register_model(session, task, outcome, now)
    return _Recorded(
        replace(news, metrics=outcome_metrics(outcome), model_id=model.public_id),
        remarks=() if line is None else (line,),
        rows=(forecast_rows(model, outcome),) if outcome.forecast else (),
    )


def _storable(warnings: Sequence[str]) -> list[str]:
    return [storable(warning) for warning in warnings]


def _skipped(outcome: Outcome) -> dict[str, Any]:
    """The columns that tell of a training that was not needed."""
    if not isinstance(outcome, SkippedOutcome):
        return {}
    return {"skipped_reason": storable(outcome.reason), "kept_model_id": outcome.kept_model_id}


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
