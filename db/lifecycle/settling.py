"""How a job follows its tasks: counts, percentage, expected end, and the end itself.

A part of `db.transitions`, for jobs that are locked by the running transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from core.progress import ProgressMessage
from db.jobs import wording
from db.jobs.logs import add_lines
from db.jobs.messages import News, append_job_news, append_task_news, eta_seconds
from db.jobs.results import job_result
from db.jobs.trials import forget_trials
from db.lifecycle.guards import change
from db.lifecycle.outcomes import LogLine
from db.lifecycle.tokens import Messages, Token
from db.operation.events import add_completed_event, add_failed_event
from db.prepared import repeated
from db.tables import OPEN_STATUSES, TrainingJob, TrainingTask
from db.text import storable

HIGHEST_OPEN_PERCENTAGE = 99.99  # a job shows 100 only when it ended


def settle(
    session: Session, job: TrainingJob, now: datetime, ended: Sequence[tuple[TrainingTask, News]]
) -> Messages:
    """Count tasks that just ended, tell of them, and end the job with its last task."""
    if not ended:
        return []
    for task, news in ended:
        _count(session, job, task, now)
        if task.kind == "table":
            forget_trials(session, task.id)
        if news.message and task.status != "cancelled":
            job.current_step = storable(wording.step_of_job(task, news.message), 255)
    has_open_tasks = measure(session, job, now)
    messages = [append_task_news(session, job, now, task, news) for task, news in ended]
    if not has_open_tasks:
        messages.append(_end_job(session, job, now))
    return messages


def _count(session: Session, job: TrainingJob, task: TrainingTask, now: datetime) -> None:
    if task.kind == "shared":
        return
    match task.status:
        case "completed":
            job.products_completed += 1
            job.products_skipped += task.skipped_reason is not None
        case "failed":
            job.products_failed += 1
            if job.is_training:
                add_failed_event(session, job, task, now)
        case "cancelled":
            job.products_cancelled += 1


def measure(session: Session, job: TrainingJob, now: datetime) -> bool:
    """Bring the job's percentage and expected end up to date; whether any task is still open.

    The percentage never falls.
    """
    with session.no_autoflush:  # tasks change by statements; what the job gets is written once
        progress, has_open_tasks = session.execute(_standing_of_tasks(), {"job_id": job.id}).one()
    ended = job.products_completed + job.products_failed
    percentage = round((100 * ended + float(progress or 0)) / job.products_total, 2)
    job.progress_percentage = max(job.progress_percentage, min(percentage, HIGHEST_OPEN_PERCENTAGE))
    eta = eta_seconds(job, now)
    job.estimated_completion = None if eta is None else now + timedelta(seconds=eta)
    return bool(has_open_tasks)


@cache
def _standing_of_tasks() -> Select[float | None, bool]:
    """The progress of the running tasks together, and whether any task is open."""
    of_job = TrainingTask.job_id == bindparam("job_id")
    running = select(func.sum(TrainingTask.progress)).where(
        of_job, TrainingTask.status == "running", TrainingTask.kind != "shared"
    )
    is_open = exists().where(of_job, TrainingTask.status.in_(OPEN_STATUSES))
    return repeated(select(running.scalar_subquery(), is_open))


def _end_job(session: Session, job: TrainingJob, now: datetime) -> ProgressMessage:
    job.status = _final_status(job)
    job.completed_at = now
    job.estimated_completion = None
    if job.status == "completed":
        job.progress_percentage = 100
        if job.is_training:
            add_completed_event(session, job, now)
    elif job.status == "failed":
        job.error_message = wording.job_failed(job, _first_error(session, job))
    job.current_step = storable(wording.job_ended(job), 255)
    result = job_result(session, job, now)
    return append_job_news(session, job, now, f"job_{job.status}", result)


def _final_status(job: TrainingJob) -> str:
    if job.stop_mode == "abort" and job.products_cancelled:
        return "cancelled"
    if job.products_completed:
        return "completed"
    if job.products_cancelled and not job.products_failed:
        return "cancelled"
    return "failed"


def _first_error(session: Session, job: TrainingJob) -> str | None:
    return session.scalar(
        select(TrainingTask.error_message)
        .where(TrainingTask.job_id == job.id, TrainingTask.status == "failed")
        .order_by(TrainingTask.position)
        .limit(1)
    )


def cancel_running(
    session: Session,
    job: TrainingJob,
    now: datetime,
    token: Token,
    *guards: ColumnElement[bool],
    steps: Sequence[LogLine] = (),
) -> Messages | None:
    task = change(
        session, token, *guards, status="cancelled", completed_at=now, lease_expires_at=None
    )
    if task is None:
        return None
    add_lines(session, task, steps)
    news = News(event="task_cancelled", message=wording.CANCELLED)
    return settle(session, job, now, [(task, news)])


def failure(session: Session, task: TrainingTask) -> tuple[TrainingTask, News]:
    message = task.error_message or ""
    line = LogLine(message=f"{task.error_type}: {message}", level="ERROR", step_name=task.phase)
    add_lines(session, task, [line])
    return task, News(event="task_failed", message=message)


def retry_news(
    session: Session, job: TrainingJob, now: datetime, task: TrainingTask
) -> ProgressMessage:
    job.retry_count += 1
    message = wording.retrying(task)
    line = LogLine(message=message, level="WARNING")
    add_lines(session, task, [line])
    return append_task_news(session, job, now, task, News(event="task_retry", message=message))
