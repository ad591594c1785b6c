"""Forgetting a job that has ended: its tasks, log and progress go with it, its models stay."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.errors import JobNotEndedError
from db.locks import hold_products, lock_job
from db.operation import telemetry_totals
from db.tables import TERMINAL_STATUSES, TrainedModel, TrainingJob, TrainingTask


@dataclass(frozen=True, slots=True)
class DeletedJob:
    job_name: str | None
    status: str
    models_kept: int


def delete_job(session: Session, tenant_id: UUID, job_id: UUID) -> DeletedJob | None:
    """What was deleted; None if the tenant has no such job. Raises `JobNotEndedError`."""
    locked = lock_job(session, job_id)
    if locked is None or locked[0].tenant_id != tenant_id:
        return None
    job = locked[0]
    if job.status not in TERMINAL_STATUSES:
        raise JobNotEndedError(job.id, job.status)
    models = select(func.count()).where(TrainedModel.training_job_id == job.id)
    deleted = DeletedJob(job.job_name, job.status, session.scalar(models) or 0)
    # Before any task is locked: a product that is being deleted takes its tasks along.
    products = select(TrainingTask.product_id).where(
        TrainingTask.job_id == job.id, TrainingTask.product_id.is_not(None)
    )
    hold_products(session, [found for found in session.scalars(products) if found])
    counted = telemetry_totals.amounts_of_job(job)
    session.execute(delete(TrainingJob).where(TrainingJob.id == job.id))
    telemetry_totals.keep(session, tenant_id, counted)
    return deleted
