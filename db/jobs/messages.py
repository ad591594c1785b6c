"""What a watcher sees: the body of a progress message, made from the rows of job and task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.progress import ProgressMessage
from db.base import Json
from db.jobs import progress
from db.tables import TERMINAL_STATUSES, TrainingJob, TrainingTask
from db.timestamps import iso, iso_or_none

ETA_FROM_PERCENTAGE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happened to a task, beside what its row tells."""

    event: str
    message: str | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
    logs: Sequence[str] = ()
    model_id: str | None = None


def eta_seconds(job: TrainingJob, now: datetime) -> int | None:
    """Seconds until the job ends if it goes on as before; None while too little is done."""
    percentage = job.progress_percentage
    if job.started_at is None or job.status != "running" or percentage < ETA_FROM_PERCENTAGE:
        return None
    elapsed_s = (now - job.started_at).total_seconds()
    return max(0, round(elapsed_s * (100 - percentage) / percentage))


def append_task_news(
    session: Session, job: TrainingJob, now: datetime, task: TrainingTask, news: News
) -> ProgressMessage:
    body = _body(job, now, news.event, task=_task_view(task, news), result=None)
    return progress.append(session, job, body)


def append_job_news(
    session: Session, job: TrainingJob, now: datetime, event: str, result: Json | None = None
) -> ProgressMessage:
    return progress.append(session, job, _body(job, now, event, task=None, result=result))


def _body(
    job: TrainingJob, now: datetime, event: str, *, task: Json | None, result: Json | None
) -> Json:
    return {
        "timestamp": iso(now),
        "event": event,
        "job": {
            "kind": job.kind,
            "status": job.status,
            "percentage": job.progress_percentage,
            "current_step": job.current_step,
            "products_completed": job.products_completed,
            "products_failed": job.products_failed,
            "products_cancelled": job.products_cancelled,
            "products_skipped": job.products_skipped,
            "products_total": job.products_total,
            "eta_seconds": 0 if job.status in TERMINAL_STATUSES else eta_seconds(job, now),
            "started_at": iso_or_none(job.started_at),
        },
        "task": task,
        "result": result,
    }


def _task_view(task: TrainingTask, news: News) -> Json:
    return {
        "id": str(task.id),
        "product_id": None if task.product_id is None else str(task.product_id),
        "product_name": task.product_name,
        "kind": task.kind,
        "status": task.status,
        "phase": task.phase,
        "percentage": task.progress,
        "message": news.message or task.current_step,
        "metrics": dict(news.metrics),
        "logs": list(news.logs),
        "attempt": task.attempt,
        "error_type": task.error_type,
        "error_message": task.error_message,
        "recommended_action": task.recommended_action,
        "model_id": news.model_id,
        "degraded_reason": task.degraded_reason,
        "skipped_reason": task.skipped_reason,
    }
