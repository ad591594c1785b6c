"""The failed and cancelled part of a job that has ended, as a new job with the same options."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.errors import JobNotEndedError, NothingToRetryError
from db.jobs.file_jobs import FileJobRequest, Predictor, add_file_job
from db.jobs.requests import JobLimits, JobRequest, add_job
from db.jobs.starting import start_once
from db.locks import lock_job
from db.operation.audit import Actor
from db.tables import TERMINAL_STATUSES, BatchPrediction, Product, TrainingJob, TrainingTask

RETRIED = ("failed", "cancelled")
"""In these states a job, or a part of one, is tried again."""


def retry_job(
    session: Session,
    tenant_id: UUID,
    job_id: UUID,
    actor: Actor,
    limits: JobLimits,
    *,
    trace_context: str | None = None,
    idempotency_key: str | None = None,
) -> tuple[TrainingJob, bool] | None:
    """The new job, and whether it is new; None if the tenant has no such job.

    Raises `JobNotEndedError`, `NothingToRetryError`, `QuotaExceededError` or
    `IdempotencyConflictError`.
    """
    locked = lock_job(session, job_id)
    if locked is None or locked[0].tenant_id != tenant_id:
        return None
    job = locked[0]

    def make() -> TrainingJob:
        if job.status not in TERMINAL_STATUSES:
            raise JobNotEndedError(job.id, job.status)
        add = _add_products if job.kind == "products" else _add_file
        return add(session, job, actor, trace_context, limits)

    return start_once(session, tenant_id, idempotency_key, job_id.hex, make)


def _add_products(
    session: Session,
    job: TrainingJob,
    actor: Actor,
    trace_context: str | None,
    limits: JobLimits,
) -> TrainingJob:
    products = _untrained_products(session, job)
    if not products:
        raise NothingToRetryError(job.id)
    wanted = JobRequest(
        job_name=job.job_name,
        priority=job.priority,
        timeout_s=job.timeout_seconds,
        options={name: value for name, value in job.request.items() if name != "force"},
        force=bool(job.request.get("force")),
        trigger="retry",
        actor=actor,
        trace_context=trace_context,
    )
    return add_job(session, job.tenant_id, wanted, products, limits, retry_of=job.id)


def _add_file(
    session: Session,
    job: TrainingJob,
    actor: Actor,
    trace_context: str | None,
    limits: JobLimits,
) -> TrainingJob:
    if job.status not in RETRIED or job.upload_digest is None:
        raise NothingToRetryError(job.id)
    wanted = FileJobRequest(
        upload_digest=job.upload_digest,
        options=job.request,
        timeout_s=job.timeout_seconds,
        predictor=_predictor(session, job) if job.kind == "prediction" else None,
        job_name=job.job_name,
        priority=job.priority,
        trigger="retry",
        actor=actor,
        trace_context=trace_context,
    )
    return add_file_job(session, job.tenant_id, wanted, limits, retry_of=job.id)


def _predictor(session: Session, job: TrainingJob) -> Predictor:
    former = session.get_one(BatchPrediction, job.id)
    if former.model_id is None:
        raise NothingToRetryError(job.id)
    return Predictor(former.model_id, former.model_public_id)


def _untrained_products(session: Session, job: TrainingJob) -> Sequence[Product]:
    """Those that are still there and active, in the order of the job."""
    statement = (
        select(Product)
        .join(TrainingTask, TrainingTask.product_id == Product.id)
        .where(
            TrainingTask.job_id == job.id,
            TrainingTask.status.in_(RETRIED),
            Product.is_active,
        )
        .order_by(TrainingTask.position)
    )
    return session.scalars(statement).all()
