"""What happens to a job from outside its workers: started, stopped, taken back, timed out."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, func, select, update
from sqlalchemy.orm import Session

from db.jobs import wording
from db.jobs.messages import News
from db.lifecycle.guards import change, unclaimed
from db.lifecycle.settling import cancel_running, failure, retry_news, settle
from db.lifecycle.tokens import Messages, StopMode, StopResult, Token
from db.locks import FRESH, lock_job
from db.tables import TERMINAL_STATUSES, TrainingJob, TrainingTask

MOST_AT_ONCE = 1000
"""Tasks of a job that are ended together and told of one by one. More of them would hold the row of
the job, and whoever ends them, for minutes.
"""


def admit(session: Session, job_ids: Sequence[UUID]) -> set[UUID]:
    """Start waiting jobs; those that another transaction holds, or that were stopped, stay as they
    are.
    """
    startable = (
        select(TrainingJob.id)
        .where(
            TrainingJob.id.in_(job_ids),
            TrainingJob.status == "pending",
            TrainingJob.stop_requested_at.is_(None),
        )
        .order_by(TrainingJob.id)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(TrainingJob)
        .where(TrainingJob.id.in_(startable), TrainingJob.status == "pending")
        .values(
            status="running",
            started_at=func.now(),
            deadline_at=func.now()
            + func.make_interval(0, 0, 0, 0, 0, 0, TrainingJob.timeout_seconds),
        )
        .returning(TrainingJob.id)
    )
    return set(session.scalars(statement, execution_options=FRESH))


def request_stop(
    session: Session, tenant_id: UUID, job_id: UUID, mode: StopMode
) -> StopResult | None:
    """Cancel what waits and tell what runs; None if the tenant has no such job.

    `abort` wants running tasks to unwind, `finish` lets them end. An abort may follow a finish, not
    the reverse. What is cancelled beyond `MOST_AT_ONCE` is told by the counts of the job alone.
    """
    locked = lock_job(session, job_id)
    if locked is None or locked[0].tenant_id != tenant_id:
        return None
    job, now = locked
    if job.status in TERMINAL_STATUSES:
        return StopResult(status=job.status, had_ended=True, cancelled=0, running=0, messages=[])
    job.stop_requested_at = job.stop_requested_at or now
    job.stop_mode = "abort" if "abort" in (mode, job.stop_mode) else "finish"
    job.current_step = wording.STOPPING
    cancelled = _end_pending(session, job, now, MOST_AT_ONCE, status="cancelled")
    untold = _cancel_the_rest(session, job, now) if len(cancelled) == MOST_AT_ONCE else 0
    job.products_cancelled += untold
    news = [(task, News(event="task_cancelled", message=wording.CANCELLED)) for task in cancelled]
    messages = settle(session, job, now, news)
    return StopResult(
        status=job.status,
        had_ended=False,
        cancelled=len(cancelled) + untold,
        running=_count_running(session, job),
        messages=messages,
    )


def reclaim(session: Session, *, limit: int = 100) -> Messages:
    """Take tasks back whose lease ran out: pending again, or failed when their attempts are used
    up.
    """
    expired = session.execute(
        select(TrainingTask.job_id, TrainingTask.id, TrainingTask.tenant_id, TrainingTask.attempt)
        .where(TrainingTask.status == "running", TrainingTask.lease_expires_at < func.now())
        .order_by(TrainingTask.job_id, TrainingTask.id)
        .limit(limit)
    ).all()
    messages: Messages = []
    for job_id, rows in groupby(expired, key=lambda row: row.job_id):
        locked = lock_job(session, job_id)
        if locked is not None:
            for _, task_id, tenant_id, attempt in rows:
                token = Token(task_id=task_id, job_id=job_id, tenant_id=tenant_id, attempt=attempt)
                messages += _reclaim_one(session, *locked, token)
    return messages


def _reclaim_one(session: Session, job: TrainingJob, now: datetime, token: Token) -> Messages:
    lost = TrainingTask.lease_expires_at < now
    if job.stop_requested_at is not None:
        return cancel_running(session, job, now, token, lost) or []
    left = TrainingTask.attempt < TrainingTask.max_attempts
    task = change(
        session, token, lost, left, **unclaimed(now), **wording.worker_lost(token.attempt)
    )
    if task is not None:
        return [retry_news(session, job, now, task)]
    task = change(
        session,
        token,
        lost,
        status="failed",
        completed_at=now,
        lease_expires_at=None,
        **wording.worker_lost(token.attempt),
    )
    return [] if task is None else settle(session, job, now, [failure(session, task)])


def expire(session: Session, *, limit: int = MOST_AT_ONCE) -> Messages:
    """Fail what still waits in jobs over their deadline, so many tasks of each; the next sweep goes
    on. Models that are finished stay.

    What runs unwinds by itself: its worker checks the deadline in the progress callback.
    """
    overdue = session.scalars(
        select(TrainingJob.id)
        .where(TrainingJob.status == "running", TrainingJob.deadline_at <= func.now())
        .order_by(TrainingJob.id)
    ).all()
    messages: Messages = []
    for job_id in overdue:
        locked = lock_job(session, job_id)
        if locked is not None:
            job, now = locked
            problem = wording.timed_out(job)
            failed = _end_pending(session, job, now, limit, status="failed", **problem)
            news = [failure(session, task) for task in failed]
            messages += settle(session, job, now, news)
    return messages


def _end_pending(
    session: Session, job: TrainingJob, now: datetime, limit: int, **values: Any
) -> list[TrainingTask]:
    """The first of those that waited, which have ended."""
    first = (
        select(TrainingTask.id)
        .where(*_waiting_in(job))
        .order_by(TrainingTask.position)
        .limit(limit)
    )
    statement = (
        update(TrainingTask)
        .where(*_waiting_in(job), TrainingTask.id.in_(first))
        .values(completed_at=now, **values)
        .returning(TrainingTask)
    )
    ended = session.scalars(statement, execution_options=FRESH).all()
    return sorted(ended, key=lambda task: task.position)


def _cancel_the_rest(session: Session, job: TrainingJob, now: datetime) -> int:
    statement = (
        update(TrainingTask)
        .where(*_waiting_in(job))
        .values(status="cancelled", completed_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def _waiting_in(job: TrainingJob) -> tuple[ColumnElement[bool], ...]:
    return TrainingTask.job_id == job.id, TrainingTask.status == "pending"


def _count_running(session: Session, job: TrainingJob) -> int:
    statement = select(func.count()).where(
        TrainingTask.job_id == job.id, TrainingTask.status == "running"
    )
    return session.scalar(statement) or 0
