"""Why a job, or one product of it, waits, and how long the line is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.settings import Settings
from db.jobs.workers import live_slots
from db.lifecycle.dispatch import in_flight
from db.operation.quotas import running_tasks_limit
from db.tables import IN_FLIGHT, TrainingJob, TrainingTask
from db.tenancy import across_tenants

NO_WORKER = "No training worker is running. The job starts as soon as one is up."
ABOUT_TO_START = "The job is about to start."
SHARED_FIRST = "What the products of the job have in common is learned first."
HANDED_OUT = "A worker is about to take it."

# The order in which `db.lifecycle.dispatch` starts jobs.
_LINE = text(
    """
    WITH in_flight AS (
        SELECT tenant_id, count(*) AS tasks
        FROM training_tasks
        WHERE status = 'running' OR (status = 'pending' AND dispatched_at IS NOT NULL)
        GROUP BY tenant_id
    ), line AS (
        SELECT job.id, row_number() OVER (
            ORDER BY job.priority DESC, coalesce(in_flight.tasks, 0), job.created_at, job.id
        ) AS place
        FROM training_job_queue AS job LEFT JOIN in_flight USING (tenant_id)
        WHERE job.status = 'pending'
    )
    SELECT place FROM line WHERE id = :job_id
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may run at once: of jobs, and of tasks of one tenant."""

    max_concurrent_jobs: int
    max_running_tasks: int | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(
            max_concurrent_jobs=settings.max_concurrent_jobs,
            max_running_tasks=settings.max_running_tasks_per_tenant,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What keeps the waiting tasks of a job from being trained right now.

    `reason` is of the whole job, None when nothing does; `shared_first` says that its first task is
    about to be trained, or is.
    """

    reason: str | None
    shared_first: bool
    now: datetime

    def of_task(self, dispatched_at: datetime | None, not_before: datetime | None) -> str:
        """Why one waiting task is not being trained."""
        if dispatched_at is not None:
            return HANDED_OUT
        if not_before is not None and not_before > self.now:
            seconds = -(-(not_before - self.now).total_seconds() // 1)
            return _retried_in(int(seconds))
        if self.shared_first:
            return SHARED_FIRST
        return self.reason or ABOUT_TO_START


def queue_position(session: Session, job: TrainingJob) -> int | None:
    """The job's place in the line, 1 for the next; None when it does not wait to be started."""
    if job.status != "pending":
        return None
    with across_tenants(session):
        place: int | None = session.scalar(_LINE, {"job_id": job.id})
    return place


def waiting_reason(session: Session, job: TrainingJob, limits: Limits) -> str | None:
    """Why nothing of this job is being trained right now; None when something is, or it ended."""
    if job.status not in {"pending", "running"} or _has_work_in_flight(session, job):
        return None
    with across_tenants(session):
        reason = _common_reason(session, job, limits)
        if reason is None and (retry_in_s := _seconds_until_retry(session, job)):
            reason = _retried_in(retry_in_s)
    return reason or ABOUT_TO_START


def hold_of(session: Session, job: TrainingJob, limits: Limits) -> Hold:
    """What keeps the job's waiting tasks back."""
    with across_tenants(session):
        reason = _common_reason(session, job, limits)
    shared = select(TrainingTask.id).where(
        TrainingTask.job_id == job.id,
        TrainingTask.kind == "shared",
        TrainingTask.status.in_(("pending", "running")) if reason is None else text(IN_FLIGHT),
    )
    found, now = session.execute(select(shared.exists(), func.clock_timestamp())).one()
    return Hold(reason=reason, shared_first=found, now=now)


def _common_reason(session: Session, job: TrainingJob, limits: Limits) -> str | None:
    slots = live_slots(session)
    if slots == 0:
        return NO_WORKER
    running = _count_running_jobs(session)
    if job.status == "pending" and running >= limits.max_concurrent_jobs:
        return (
            f"{running} {'job is' if running == 1 else 'jobs are'} running, "
            f"as many as may run at once (MAX_CONCURRENT_JOBS is {limits.max_concurrent_jobs})."
        )
    if quota := _quota_reason(session, job.tenant_id, limits.max_running_tasks):
        return quota
    if in_flight(session) >= slots:
        return f"All training slots ({slots}) are busy. The job continues when one is free."
    return None


def _quota_reason(session: Session, tenant_id: UUID, max_running_tasks: int | None) -> str | None:
    limit = running_tasks_limit(session, tenant_id, max_running_tasks)
    if limit is None:
        return None
    mine = session.scalar(
        select(func.count())
        .select_from(TrainingTask)
        .where(TrainingTask.tenant_id == tenant_id, text(IN_FLIGHT))
    )
    if (mine or 0) < limit:
        return None
    return (
        f"{mine} trainings of this tenant are running, as many as it may have at once "
        f"(MAX_RUNNING_TASKS_PER_TENANT is {limit})."
    )


def _has_work_in_flight(session: Session, job: TrainingJob) -> bool:
    statement = select(TrainingTask.id).where(TrainingTask.job_id == job.id, text(IN_FLIGHT))
    return session.scalar(statement.limit(1)) is not None


def _count_running_jobs(session: Session) -> int:
    statement = select(func.count()).where(TrainingJob.status == "running")
    return session.scalar(statement) or 0


def _seconds_until_retry(session: Session, job: TrainingJob) -> int | None:
    now = func.clock_timestamp()
    first = func.min(func.coalesce(TrainingTask.not_before, now))
    wait = func.extract("epoch", first - now)
    seconds = session.scalar(
        select(func.ceil(wait)).where(
            TrainingTask.job_id == job.id, TrainingTask.status == "pending"
        )
    )
    return int(seconds) if seconds is not None and seconds > 0 else None


def _retried_in(seconds: int) -> str:
    return f"An attempt failed and is tried again in {seconds} s."
