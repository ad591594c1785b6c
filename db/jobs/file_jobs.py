"""Starting a job over one stored file: training on it or, with a model, predicting it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from db.jobs.creation import create_job
from db.jobs.requests import JobLimits
from db.jobs.starting import as_uuid, record_start, start_once
from db.lifecycle.tokens import NewTask, TaskKind
from db.operation import audit
from db.operation.audit import Actor
from db.operation.quotas import require_free_job
from db.tables import BatchPrediction, TrainingJob


@dataclass(frozen=True, slots=True)
class Predictor:
    """The model that predicts a file, by both of its ids."""

    model_id: UUID
    public_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileJobRequest:
    """What is asked of a stored file: to predict it with `predictor`, or else to train on it.

    `options` go to the worker as they are.
    """

    upload_digest: str
    options: Mapping[str, Any]
    timeout_s: float
    predictor: Predictor | None = None
    job_name: str | None = None
    priority: int = 0
    trigger: str = "request"
    actor: Actor = audit.SERVICE
    trace_context: str | None = None


def start_file_job(
    session: Session,
    tenant_id: UUID,
    asked: FileJobRequest,
    limits: JobLimits,
    *,
    idempotency_key: str | None = None,
    request_digest: str = "",
) -> tuple[TrainingJob, bool]:
    """The job, and whether it is new: a repeated idempotency key gives the first one.

    Raises `QuotaExceededError` or `IdempotencyConflictError`.
    """

    def make() -> TrainingJob:
        return add_file_job(session, tenant_id, asked, limits)

    return start_once(session, tenant_id, idempotency_key, request_digest, make)


def add_file_job(
    session: Session,
    tenant_id: UUID,
    asked: FileJobRequest,
    limits: JobLimits,
    *,
    retry_of: UUID | None = None,
) -> TrainingJob:
    """A job whose one task trains on the file, or predicts it."""
    require_free_job(session, tenant_id, limits.max_active_jobs)
    job = create_job(
        session,
        tenant_id=tenant_id,
        kind="upload" if asked.predictor is None else "prediction",
        tasks=[_task(asked)],
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
    details = {"file": asked.upload_digest, "request": dict(asked.options)}
    if asked.predictor is not None:
        _add_prediction(session, job, asked.predictor)
        details["model_id"] = asked.predictor.public_id
    record_start(session, job, asked.actor, details)
    return job


def _task(asked: FileJobRequest) -> NewTask:
    kind: TaskKind = "table" if asked.predictor is None else "prediction"
    return NewTask(kind=kind, product_name=asked.job_name)


def _add_prediction(session: Session, job: TrainingJob, predictor: Predictor) -> None:
    session.add(
        BatchPrediction(
            job_id=job.id,
            tenant_id=job.tenant_id,
            model_id=predictor.model_id,
            model_public_id=predictor.public_id,
        )
    )
    session.flush()
