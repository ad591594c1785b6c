"""The only code that changes a status, with `db.settling`, which ends a job with its last task.

Every change is a guarded `UPDATE … WHERE status … RETURNING`; who loses a race gets None and
returns. A task's results are written only under its token: the attempt number, which rises with
each claim. No function commits; the messages that a function returns are published after the
caller's commit. `db.locks` tells the order of locks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Literal, cast
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.orm import Session

from core.progress import ProgressMessage
from db import wording
from db.idempotency import job_of_key
from db.locks import FRESH, lock_job
from db.logs import log_row
from db.messages import News, append_job_news, append_task_news
from db.metrics import outcome_metrics
from db.outcomes import LogLine, ModelOutcome, SharedOutcome
from db.registration import add_shared_artifacts, register_model
from db.settling import measure, settle
from db.tables import TERMINAL_STATUSES, TrainingJob, TrainingTask
from db.text import storable

JobKind = Literal["products", "upload"]
TaskKind = Literal["shared", "product", "table"]
StopMode = Literal["abort", "finish"]
Messages = list[ProgressMessage]

MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    kind: TaskKind
    product_id: UUID | None = None
    product_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The right to write a task's results: valid while this attempt is the running one."""

    task_id: UUID
    job_id: UUID
    tenant_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    token: Token
    kind: str
    product_id: UUID | None
    product_name: str | None
    job_request: dict[str, Any]
    deadline_at: datetime
    seconds_left: float
    shared_artifact: str | None
    upload_digest: str | None
    messages: tuple[ProgressMessage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a worker learns when it renews its lease."""

    stop_mode: str | None
    deadline_at: datetime
    seconds_left: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StopResult:
    """`status` after the request; `running` tasks are told through their lease and unwind."""

    status: str
    cancelled: int
    running: int
    messages: Messages


def create_job(
    session: Session,
    *,
    tenant_id: UUID,
    kind: JobKind,
    tasks: Sequence[NewTask],
    request: Mapping[str, Any],
    timeout_s: float,
    job_name: str | None = None,
    priority: int = 0,
    max_attempts: int = MAX_ATTEMPTS,
    created_by: UUID | None = None,
    upload_digest: str | None = None,
    idempotency_key: str | None = None,
    request_digest: str | None = None,
) -> tuple[TrainingJob, bool]:
    """The job with its tasks, and whether it is new: a repeated idempotency key gives the first
    one.

    Raises `IdempotencyConflictError` when the key was used with another `request_digest`.
    """
    job_id = uuid4()
    if idempotency_key is not None:
        earlier = job_of_key(session, tenant_id, idempotency_key, request_digest or "", job_id)
        if earlier is not None:
            return earlier, False
    trained = [task for task in tasks if task.kind != "shared"]
    if not trained:
        raise ValueError("A job needs at least one product or table to train.")
    job = TrainingJob(
        id=job_id,
        tenant_id=tenant_id,
        kind=kind,
        job_name=None if job_name is None else storable(job_name, 255),
        products_to_train=[str(task.product_id) for task in trained if task.product_id],
        request=dict(request),
        upload_digest=upload_digest,
        priority=priority,
        products_total=len(trained),
        timeout_seconds=round(timeout_s),
        created_by=created_by,
    )
    session.add(job)
    session.flush()
    session.execute(insert(TrainingTask), list(_task_rows(job, tasks, max_attempts)))
    session.refresh(job)
    return job, True


def _task_rows(
    job: TrainingJob, tasks: Sequence[NewTask], max_attempts: int
) -> Iterator[dict[str, Any]]:
    for position, task in enumerate(tasks):
        yield {
            "id": uuid4(),
            "job_id": job.id,
            "tenant_id": job.tenant_id,
            "position": position,
            "kind": task.kind,
            "product_id": task.product_id,
            "product_name": task.product_name,
            "max_attempts": max_attempts,
        }


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


def claim(session: Session, task_id: UUID, *, worker: str, lease_s: float) -> Claim | None:
    """The task for this worker alone, until the lease ends; None when it is not to be had."""
    job_id = session.scalar(select(TrainingTask.job_id).where(TrainingTask.id == task_id))
    locked = None if job_id is None else lock_job(session, job_id)
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
    task = session.scalars(
        update(TrainingTask)
        .where(
            TrainingTask.id == task_id,
            TrainingTask.status == "pending",
            or_(TrainingTask.not_before.is_(None), TrainingTask.not_before <= now),
        )
        .values(
            status="running",
            attempt=TrainingTask.attempt + 1,
            worker=worker,
            lease_expires_at=now + timedelta(seconds=lease_s),
            dispatched_at=func.coalesce(TrainingTask.dispatched_at, now),
            started_at=now,
            progress=0,
            phase=None,
            current_step=None,
        )
        .returning(TrainingTask),
        execution_options=FRESH,
    ).one_or_none()
    if task is None:
        return None
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
        messages=tuple(_start_news(session, job, now, task)),
    )


def _start_news(
    session: Session, job: TrainingJob, now: datetime, task: TrainingTask
) -> Iterator[ProgressMessage]:
    if job.progress_seq == 0:
        job.current_step = wording.job_started(job)
        yield append_job_news(session, job, now, "job_started")
    news = News(event="task_started", message=wording.task_started(task))
    yield append_task_news(session, job, now, task, news)


def renew(session: Session, token: Token, *, lease_s: float) -> Standing | None:
    """A longer lease and whether the work is still wanted; None when the lease was lost."""
    row = session.execute(
        update(TrainingTask)
        .where(*_held_by(token), TrainingJob.id == TrainingTask.job_id)
        .values(lease_expires_at=func.clock_timestamp() + timedelta(seconds=lease_s))
        .returning(
            TrainingJob.stop_mode,
            TrainingJob.deadline_at,
            func.extract("epoch", TrainingJob.deadline_at - func.clock_timestamp()),
        ),
        execution_options=FRESH,
    ).one_or_none()
    if row is None:
        return None
    stop_mode, deadline_at, seconds_left = row
    return Standing(
        stop_mode=stop_mode,
        deadline_at=cast("datetime", deadline_at),  # a running job has one, the table checks it
        seconds_left=float(seconds_left),
    )


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
    task = _change(
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
    for line in logs:
        log = LogLine(message=line, step_name=phase)
        session.add(log_row(job.id, job.tenant_id, task.product_id, log))
    news = News(event="task_progress", message=message, metrics=metrics or {}, logs=logs)
    return [append_task_news(session, job, now, task, news)]


def finish(
    session: Session, token: Token, outcome: ModelOutcome | SharedOutcome
) -> Messages | None:
    """Register what the task made and count it; None when the token is stale, and nothing is
    written.
    """
    locked = lock_job(session, token.job_id)
    if locked is None:
        return None
    job, now = locked
    task = _change(
        session,
        token,
        status="completed",
        progress=100,
        phase="completed",
        current_step=storable(outcome.message, 255),
        completed_at=now,
        lease_expires_at=None,
        degraded_reason=getattr(outcome, "degraded_reason", None),
        error_type=None,
        error_message=None,
        recommended_action=None,
        severity=None,
    )
    if task is None:
        return None
    for line in outcome.logs:
        session.add(log_row(job.id, job.tenant_id, task.product_id, line))
    news = News(event="task_completed", message=outcome.message)
    if isinstance(outcome, SharedOutcome):
        job.shared_artifact = outcome.manifest_digest
        add_shared_artifacts(session, job.id, outcome.artifacts)
    else:
        model = register_model(session, task, outcome, now)
        news = News(
            event="task_completed",
            message=outcome.message,
            metrics=outcome_metrics(outcome),
            logs=[line.message for line in outcome.logs],
            model_id=model.public_id,
        )
    return settle(session, job, now, [(task, news)])


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
        task = _change(session, token, left, **_unclaimed(not_before), **problem)
        if task is not None:
            return [_retry_news(session, job, now, task)]
    task = _change(
        session, token, status="failed", completed_at=now, lease_expires_at=None, **problem
    )
    if task is None:
        return None
    return settle(session, job, now, [_failure(session, job, task)])


def release(session: Session, token: Token) -> Messages | None:
    """Give the task back without using up an attempt, because its worker shuts down."""
    locked = lock_job(session, token.job_id)
    if locked is None:
        return None
    job, now = locked
    if job.stop_requested_at is not None:
        return _cancel_running(session, job, now, token)
    task = _change(session, token, **_unclaimed(now), max_attempts=TrainingTask.max_attempts + 1)
    return None if task is None else [_retry_news(session, job, now, task)]


def cancel_task(session: Session, token: Token) -> Messages | None:
    """End a running task that was told to stop; None when the token is stale."""
    locked = lock_job(session, token.job_id)
    return None if locked is None else _cancel_running(session, *locked, token)


def request_stop(
    session: Session, tenant_id: UUID, job_id: UUID, mode: StopMode
) -> StopResult | None:
    """Cancel what waits and tell what runs; None if the tenant has no such job.

    `abort` wants running tasks to unwind, `finish` lets them end. An abort may follow a finish, not
    the reverse.
    """
    locked = lock_job(session, job_id)
    if locked is None or locked[0].tenant_id != tenant_id:
        return None
    job, now = locked
    if job.status in TERMINAL_STATUSES:
        return StopResult(status=job.status, cancelled=0, running=0, messages=[])
    job.stop_requested_at = job.stop_requested_at or now
    job.stop_mode = "abort" if "abort" in (mode, job.stop_mode) else "finish"
    job.current_step = wording.STOPPING
    cancelled = _end_pending(session, job, now, "cancelled")
    news = [(task, News(event="task_cancelled", message=wording.CANCELLED)) for task in cancelled]
    messages = settle(session, job, now, news)
    return StopResult(
        status=job.status,
        cancelled=len(cancelled),
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
        return _cancel_running(session, job, now, token, lost) or []
    left = TrainingTask.attempt < TrainingTask.max_attempts
    task = _change(
        session, token, lost, left, **_unclaimed(now), **wording.worker_lost(token.attempt)
    )
    if task is not None:
        return [_retry_news(session, job, now, task)]
    task = _change(
        session,
        token,
        lost,
        status="failed",
        completed_at=now,
        lease_expires_at=None,
        **wording.worker_lost(token.attempt),
    )
    return [] if task is None else settle(session, job, now, [_failure(session, job, task)])


def expire(session: Session) -> Messages:
    """Fail what still waits in jobs over their deadline; models that are finished stay.

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
            failed = _end_pending(session, job, now, "failed", **wording.timed_out(job))
            news = [_failure(session, job, task) for task in failed]
            messages += settle(session, job, now, news)
    return messages


def _held_by(token: Token) -> tuple[ColumnElement[bool], ...]:
    return (
        TrainingTask.id == token.task_id,
        TrainingTask.attempt == token.attempt,
        TrainingTask.status == "running",
    )


def _change(
    session: Session, token: Token, *guards: ColumnElement[bool], **values: Any
) -> TrainingTask | None:
    """The token's task with new values; None when the token is stale or a guard does not hold."""
    statement = (
        update(TrainingTask)
        .where(*_held_by(token), *guards)
        .values(**values)
        .returning(TrainingTask)
    )
    return session.scalars(statement, execution_options=FRESH).one_or_none()


def _unclaimed(not_before: datetime) -> dict[str, Any]:
    return {
        "status": "pending",
        "not_before": not_before,
        "dispatched_at": None,
        "lease_expires_at": None,
        "worker": None,
        "progress": 0,
        "phase": None,
    }


def _cancel_running(
    session: Session, job: TrainingJob, now: datetime, token: Token, *guards: ColumnElement[bool]
) -> Messages | None:
    task = _change(
        session, token, *guards, status="cancelled", completed_at=now, lease_expires_at=None
    )
    if task is None:
        return None
    news = News(event="task_cancelled", message=wording.CANCELLED)
    return settle(session, job, now, [(task, news)])


def _end_pending(
    session: Session, job: TrainingJob, now: datetime, status: str, **values: Any
) -> list[TrainingTask]:
    statement = (
        update(TrainingTask)
        .where(TrainingTask.job_id == job.id, TrainingTask.status == "pending")
        .values(status=status, completed_at=now, **values)
        .returning(TrainingTask)
    )
    ended = session.scalars(statement, execution_options=FRESH).all()
    return sorted(ended, key=lambda task: task.position)


def _failure(session: Session, job: TrainingJob, task: TrainingTask) -> tuple[TrainingTask, News]:
    message = task.error_message or ""
    line = LogLine(message=f"{task.error_type}: {message}", level="ERROR", step_name=task.phase)
    session.add(log_row(job.id, job.tenant_id, task.product_id, line))
    return task, News(event="task_failed", message=message)


def _retry_news(
    session: Session, job: TrainingJob, now: datetime, task: TrainingTask
) -> ProgressMessage:
    job.retry_count += 1
    message = wording.retrying(task)
    line = LogLine(message=message, level="WARNING")
    session.add(log_row(job.id, job.tenant_id, task.product_id, line))
    return append_task_news(session, job, now, task, News(event="task_retry", message=message))


def _count_running(session: Session, job: TrainingJob) -> int:
    statement = select(func.count()).where(
        TrainingTask.job_id == job.id, TrainingTask.status == "running"
    )
    return session.scalar(statement) or 0
