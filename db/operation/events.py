"""The events that other systems receive, in the shape of the Training Service document, put into
the outbox.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.base import Json
from db.jobs.results import mean_accuracy, training_seconds
from db.operation import deliveries
from db.tables import ModelMetrics, OutboxEvent, TrainedModel, TrainingJob, TrainingTask
from db.timestamps import iso, iso_or_none

COMPLETED = "training.completed"
FAILED = "training.failed"
EventType = Literal["training_completed", "training_failed"]
"""What a webhook may ask for."""
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)

MOST_MODELS = 10_000
"""Named by one event: RabbitMQ refuses a message of more than 16 MiB, and what it refuses holds up
all events behind it.
"""


def add_event(
    session: Session,
    tenant_id: UUID,
    routing_key: str,
    payload: Mapping[str, Any],
    job_id: UUID | None = None,
) -> UUID:
    """Put an event into the outbox and before the tenant's webhooks, in one transaction; its id.

    The payload names its `event_type` and gets the id as `event_id`.
    """
    event_id = uuid4()
    event = OutboxEvent(
        event_id=event_id,
        tenant_id=tenant_id,
        job_id=job_id,
        event_type=payload["event_type"],
        routing_key=routing_key,
        payload={"event_id": str(event_id), **payload},
    )
    session.add(event)
    deliveries.fan_out(session, event)
    return event_id


def add_completed_event(
    session: Session, job: TrainingJob, now: datetime, *, most_models: int = MOST_MODELS
) -> None:
    models = _models_created(session, job)
    payload = {
        "event_type": "training_completed",
        "tenant_id": str(job.tenant_id),
        "job_id": str(job.id),
        "job_name": job.job_name,
        "status": job.status,
        "results": {
            "successful_trainings": job.products_completed,
            "failed_trainings": job.products_failed,
            "skipped_trainings": job.products_skipped,
            "total_products": job.products_total,
            "models_created": models[:most_models],
            "average_accuracy": mean_accuracy([model["accuracy"] for model in models]),
            "training_duration_seconds": training_seconds(job, now),
        },
        "started_at": iso_or_none(job.started_at),
        "completed_at": iso(now),
        "timestamp": iso(now),
    }
    add_event(session, job.tenant_id, COMPLETED, payload, job_id=job.id)


def add_failed_event(session: Session, job: TrainingJob, task: TrainingTask, now: datetime) -> None:
    payload = {
        "event_type": "training_failed",
        "tenant_id": str(job.tenant_id),
        "job_id": str(job.id),
        "product_id": None if task.product_id is None else str(task.product_id),
        "product_name": task.product_name,
        "error_type": task.error_type,
        "error_message": task.error_message,
        "recommended_action": task.recommended_action,
        "severity": task.severity,
        "timestamp": iso(now),
    }
    add_event(session, job.tenant_id, FAILED, payload, job_id=job.id)


def _models_created(session: Session, job: TrainingJob) -> list[Json]:
    statement = (
        select(  # columns: whole models with their details are a hundred times as much
            TrainedModel.product_id,
            TrainedModel.name,
            TrainedModel.public_id,
            TrainedModel.model_version,
            ModelMetrics.accuracy_percentage,
            ModelMetrics.mae,
            ModelMetrics.rmse,
            ModelMetrics.r2_score,
        )
        .join(ModelMetrics, ModelMetrics.model_id == TrainedModel.id)
        .where(TrainedModel.training_job_id == job.id)
        .order_by(TrainedModel.created_at, TrainedModel.id)
    )
    return [
        {
            "product_id": None if row.product_id is None else str(row.product_id),
            "product_name": row.name,
            "model_id": row.public_id,
            "model_version": row.model_version,
            "accuracy": row.accuracy_percentage,
            "mae": row.mae,
            "rmse": row.rmse,
            "r2_score": row.r2_score,
        }
        for row in session.execute(statement)
    ]
