"""Why a job waits, and how long the line is."""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from db.dispatch import in_flight
from db.tables import IN_FLIGHT, TrainingJob, TrainingTask
from db.tenancy import across_tenants
from db.workers import live_slots

NO_WORKER = "No training worker is running. The job starts as soon as one is up."

# The order in which `db.dispatch` starts jobs.
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


def queue_position(session: Session, job: TrainingJob) -> int | None:
    """The job's place in the line, 1 for the next; None when it does not wait to be started."""
    if job.status != "pending":
        return None
    with across_tenants(session):
        place: int | None = session.scalar(_LINE, {"job_id": job.id})
    return place


def waiting_reason(session: Session, job: TrainingJob, *, max_concurrent_jobs: int) -> str | None:
    """Why nothing of this job is being trained right now; None when something is, or it ended."""
    if job.status not in {"pending", "running"} or _has_work_in_flight(session, job):
        return None
    with across_tenants(session):
        return _reason(session, job, max_concurrent_jobs)


def _reason(session: Session, job: TrainingJob, max_concurrent_jobs: int) -> str:
    slots = live_slots(session)
    if slots == 0:
        return NO_WORKER
    running = _count_running_jobs(session)
    if job.status == "pending" and running >= max_concurrent_jobs:
        return (
            f"{running} {'job is' if running == 1 else 'jobs are'} running, "
            f"as many as may run at once (MAX_CONCURRENT_JOBS is {max_concurrent_jobs})."
        )
    if in_flight(session) >= slots:
        return f"All training slots ({slots}) are busy. The job continues when one is free."
    if retry_in_s := _seconds_until_retry(session, job):
        return f"An attempt failed and is tried again in {retry_in_s} s."
    return "The job is about to start."


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
