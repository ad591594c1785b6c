"""How far each product of a job is, in pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased, load_only

from db.errors import InvalidCursorError
from db.jobs.waiting import Hold
from db.models.metrics import metric_values
from db.pages import Page
from db.tables import ModelMetrics, Product, TrainedModel, TrainingJob, TrainingTask


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStatus:
    """How far one product, or the uploaded table, is.

    `model_id` is the public one of the model that was trained or, where nothing had changed, kept.
    `queue_position` is the place among the products of the job that wait, 1 for the next.
    """

    product_id: UUID | None
    sku: str | None
    product_name: str | None
    status: str
    phase: str | None
    current_step: str | None
    progress: float
    attempt: int
    max_attempts: int
    started_at: datetime | None
    completed_at: datetime | None
    queue_position: int | None = None
    waiting_reason: str | None = None
    error_type: str | None
    error_message: str | None
    recommended_action: str | None
    severity: str | None
    degraded_reason: str | None
    warnings: list[str]
    skipped_reason: str | None
    model_id: str | None
    algorithm: str | None
    metrics: dict[str, Any]
    baseline: dict[str, Any]


def task_statuses(
    session: Session,
    job: TrainingJob,
    *,
    limit: int,
    cursor: str | None = None,
    status: str | None = None,
    hold: Hold | None = None,
) -> Page[TaskStatus]:
    """The products of a job in the order in which they are trained, or the one table of an upload.

    `hold` tells why those that wait do.
    """
    wanted = select(TrainingTask).where(
        TrainingTask.job_id == job.id, TrainingTask.kind != "shared"
    )
    if status is not None:
        wanted = wanted.where(TrainingTask.status == status)
    if cursor is not None:
        wanted = wanted.where(TrainingTask.position > _decode(cursor))
    shown = wanted.order_by(TrainingTask.position).limit(limit + 1)
    rows = session.execute(_with_models(shown)).all()
    items = [_task_status(*row) for row in rows[:limit]]
    if hold is not None and rows:
        tasks = [row[0] for row in rows[:limit]]
        items = _with_waiting(session, items, tasks, hold)
    last = rows[limit - 1][0].position if len(rows) > limit else None
    return Page(items, None if last is None else str(last))


def _with_waiting(
    session: Session, items: Sequence[TaskStatus], tasks: Sequence[TrainingTask], hold: Hold
) -> list[TaskStatus]:
    """The same, where those that wait know their place among all that wait, and why they do."""
    before = select(func.count()).where(
        TrainingTask.job_id == tasks[0].job_id,
        TrainingTask.kind != "shared",
        TrainingTask.status == "pending",
        TrainingTask.position < tasks[0].position,
    )
    places = count((session.scalar(before) or 0) + 1)
    return [
        replace(
            item,
            queue_position=next(places),
            waiting_reason=hold.of_task(task.dispatched_at, task.not_before),
        )
        if task.status == "pending"
        else item
        for item, task in zip(items, tasks, strict=True)
    ]


def _with_models(
    shown: Select[TrainingTask],
) -> Select[TrainingTask, str, TrainedModel, TrainedModel, ModelMetrics]:
    """A page of tasks with what became of each: the rest of a large job is not joined."""
    task = aliased(TrainingTask, shown.subquery())
    made, kept = aliased(TrainedModel), aliased(TrainedModel)
    return (
        select(task, Product.sku, made, kept, ModelMetrics)
        .outerjoin(Product, Product.id == task.product_id)
        .outerjoin(made, made.task_id == task.id)
        .outerjoin(kept, kept.id == task.kept_model_id)
        .outerjoin(ModelMetrics, ModelMetrics.model_id == func.coalesce(made.id, kept.id))
        .options(*(load_only(model.public_id, model.algorithm) for model in (made, kept)))
        .order_by(task.position)
    )


def _task_status(
    task: TrainingTask,
    sku: str | None,
    made: TrainedModel | None,
    kept: TrainedModel | None,
    metrics: ModelMetrics | None,
) -> TaskStatus:
    model = made or kept
    return TaskStatus(
        product_id=task.product_id,
        sku=sku,
        product_name=task.product_name,
        status=task.status,
        phase=task.phase,
        current_step=task.current_step,
        progress=task.progress,
        attempt=task.attempt,
        max_attempts=task.max_attempts,
        started_at=task.started_at,
        completed_at=task.completed_at,
        error_type=task.error_type,
        error_message=task.error_message,
        recommended_action=task.recommended_action,
        severity=task.severity,
        degraded_reason=task.degraded_reason,
        warnings=task.warnings,
        skipped_reason=task.skipped_reason,
        model_id=model.public_id if model else None,
        algorithm=model.algorithm if model else None,
        metrics=metric_values(metrics) if metrics else {},
        baseline=(metrics.baseline or {}) if metrics else {},
    )


def _decode(cursor: str) -> int:
    """The position that a cursor stands for."""
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise InvalidCursorError(cursor)
    return int(cursor)
