"""Jobs that predict a file with a model, and their results."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.jobs.creation import create_job
from db.jobs.requests import JobLimits, as_uuid
from db.lifecycle.outcomes import PredictionOutcome
from db.lifecycle.tokens import NewTask
from db.locks import FRESH
from db.operation import audit
from db.operation.audit import Actor
from db.operation.idempotency import JOB, once
from db.operation.quotas import require_free_job
from db.pruning import MOST_AT_ONCE
from db.tables import BatchPrediction, TrainingJob


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionJobRequest:
    """Which model predicts which stored file. `options` go to the worker as they are."""

    model_id: UUID
    model_public_id: str
    upload_digest: str
    options: Mapping[str, Any]
    timeout_s: float
    job_name: str | None = None
    priority: int = 0
    trigger: str = "request"
    actor: Actor = audit.SERVICE
    trace_context: str | None = None


@dataclass(frozen=True, slots=True)
class PredictionJob:
    """A job and what became of its predictions."""

    job: TrainingJob
    prediction: BatchPrediction


def start_prediction(
    session: Session,
    tenant_id: UUID,
    asked: PredictionJobRequest,
    limits: JobLimits,
    *,
    idempotency_key: str | None = None,
    request_digest: str = "",
) -> tuple[TrainingJob, bool]:
    """The job, and whether it is new: a repeated idempotency key gives the first one.

    Raises `QuotaExceededError` or `IdempotencyConflictError`.
    """

    def make() -> str:
        return str(add_prediction_job(session, tenant_id, asked, limits).id)

    job_id, is_new = once(session, tenant_id, idempotency_key, request_digest, JOB, make)
    return session.get_one(TrainingJob, UUID(job_id)), is_new


def add_prediction_job(
    session: Session,
    tenant_id: UUID,
    asked: PredictionJobRequest,
    limits: JobLimits,
    *,
    retry_of: UUID | None = None,
) -> TrainingJob:
    """A job whose one task predicts the file."""
    require_free_job(session, tenant_id, limits.max_active_jobs)
    job = create_job(
        session,
        tenant_id=tenant_id,
        kind="prediction",
        tasks=[NewTask(kind="prediction", product_name=asked.job_name)],
        request=asked.options,
        job_name=asked.job_name,
        priority=asked.priority,
        timeout_s=asked.timeout_s,
        max_attempts=limits.max_attempts,
        created_by=as_uuid(asked.actor.name),
        upload_digest=asked.upload_digest,
        trigger=asked.trigger,
        retry_of=retry_of,
        trace_context=asked.trace_context,
        request_id=asked.actor.request_id,
    )
    session.add(
        BatchPrediction(
            job_id=job.id,
            tenant_id=tenant_id,
            model_id=asked.model_id,
            model_public_id=asked.model_public_id,
        )
    )
    session.flush()
    audit.record(
        session,
        tenant_id,
        "start" if retry_of is None else "retry",
        "job",
        job.id,
        actor=asked.actor,
        details={
            "model_id": asked.model_public_id,
            "file": asked.upload_digest,
            "request": dict(asked.options),
        }
        | ({} if retry_of is None else {"retry_of": str(retry_of)}),
    )
    return job


def keep_result(session: Session, job_id: UUID, outcome: PredictionOutcome) -> None:
    """Record where the predictions of a job are stored."""
    prediction = session.get_one(BatchPrediction, job_id)
    prediction.result_digest = outcome.digest
    prediction.result_bytes = outcome.size
    prediction.rows_predicted = outcome.rows


def find_prediction(session: Session, tenant_id: UUID, job_id: UUID) -> PredictionJob | None:
    """None if the tenant has no such job."""
    found = session.execute(
        select(TrainingJob, BatchPrediction)
        .join(BatchPrediction, BatchPrediction.job_id == TrainingJob.id)
        .where(TrainingJob.id == job_id, TrainingJob.tenant_id == tenant_id)
    ).one_or_none()
    return None if found is None else PredictionJob(*found)


def has_file(session: Session, tenant_id: UUID, digest: str) -> bool:
    """Whether the tenant itself sent this file, for any job that is still known."""
    statement = select(TrainingJob.id).where(
        TrainingJob.tenant_id == tenant_id, TrainingJob.upload_digest == digest
    )
    return session.scalar(statement.limit(1)) is not None


def forget_results(session: Session, *, older_than: timedelta) -> int:
    """Name up to `MOST_AT_ONCE` results of jobs that ended so long ago no more; how many.

    Their bytes go with the orphans of the store.
    """
    old = (
        select(BatchPrediction.job_id)
        .join(TrainingJob, TrainingJob.id == BatchPrediction.job_id)
        .where(
            BatchPrediction.result_digest.is_not(None),
            TrainingJob.completed_at < func.now() - older_than,
        )
        .limit(MOST_AT_ONCE)
        .with_for_update(of=BatchPrediction, skip_locked=True)
    )
    forgotten = session.scalars(
        update(BatchPrediction)
        .where(BatchPrediction.job_id.in_(old))
        .values(result_digest=None)
        .returning(BatchPrediction.job_id),
        execution_options=FRESH,
    )
    return len(forgotten.all())
