"""Jobs as their owner asks for them: one with its products, and the history."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from db.metrics import metric_values
from db.pages import DEFAULT_LIMIT, Page, decode_cursor, page
from db.tables import ModelMetrics, Product, TrainedModel, TrainingJob, TrainingTask


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStatus:
    """How far one product, or the uploaded table, is; `model_id` is the public one."""

    product_id: UUID | None
    sku: str | None
    product_name: str | None
    status: str
    phase: str | None
    current_step: str | None
    progress: float
    attempt: int
    error_type: str | None
    error_message: str | None
    recommended_action: str | None
    degraded_reason: str | None
    model_id: str | None
    algorithm: str | None
    metrics: dict[str, Any]
    baseline: dict[str, Any]


def find_job(session: Session, tenant_id: UUID, job_id: UUID) -> TrainingJob | None:
    return session.scalar(
        select(TrainingJob).where(TrainingJob.id == job_id, TrainingJob.tenant_id == tenant_id)
    )


def history(
    session: Session, tenant_id: UUID, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[TrainingJob]:
    """The tenant's jobs, newest first."""
    place = tuple_(TrainingJob.created_at, TrainingJob.id)
    statement = select(TrainingJob).where(TrainingJob.tenant_id == tenant_id)
    if cursor is not None:
        statement = statement.where(place < decode_cursor(cursor))
    statement = statement.order_by(TrainingJob.created_at.desc(), TrainingJob.id.desc())
    rows = session.scalars(statement.limit(limit + 1)).all()
    return page(rows, limit, lambda job: (job.created_at, job.id))


def task_statuses(session: Session, job_id: UUID) -> list[TaskStatus]:
    """Every product of a job in the order of the request, or the one table of an upload."""
    statement = (
        select(TrainingTask, Product.sku, TrainedModel, ModelMetrics)
        .outerjoin(Product, Product.id == TrainingTask.product_id)
        .outerjoin(TrainedModel, TrainedModel.task_id == TrainingTask.id)
        .outerjoin(ModelMetrics, ModelMetrics.model_id == TrainedModel.id)
        .where(TrainingTask.job_id == job_id, TrainingTask.kind != "shared")
        .order_by(TrainingTask.position)
    )
    rows = session.execute(statement)
    return [_task_status(task, sku, model, metrics) for task, sku, model, metrics in rows]


def _task_status(
    task: TrainingTask,
    sku: str | None,
    model: TrainedModel | None,
    metrics: ModelMetrics | None,
) -> TaskStatus:
    return TaskStatus(
        product_id=task.product_id,
        sku=sku,
        product_name=task.product_name,
        status=task.status,
        phase=task.phase,
        current_step=task.current_step,
        progress=task.progress,
        attempt=task.attempt,
        error_type=task.error_type,
        error_message=task.error_message,
        recommended_action=task.recommended_action,
        degraded_reason=task.degraded_reason,
        model_id=model.public_id if model else None,
        algorithm=model.algorithm if model else None,
        metrics=metric_values(metrics) if metrics else {},
        baseline=(metrics.baseline or {}) if metrics else {},
    )
