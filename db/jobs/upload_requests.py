"""Starting a job that trains on an uploaded table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from db.jobs.creation import create_job
from db.jobs.requests import JobLimits, as_uuid
from db.lifecycle.tokens import NewTask
from db.operation import audit
from db.operation.audit import Actor
from db.operation.idempotency import JOB, once
from db.operation.quotas import require_free_job
from db.tables import TrainingJob


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRequest:
    """What is asked of a stored file. `options` go to the worker as they are."""

    upload_digest: str
    options: Mapping[str, Any]
    timeout_s: float
    task_name: str | None = None
    priority: int = 0
    trigger: str = "request"
    actor: Actor = audit.SERVICE
    trace_context: str | None = None


def start_upload(
    session: Session,
    tenant_id: UUID,
    asked: UploadRequest,
    limits: JobLimits,
    *,
    idempotency_key: str | None = None,
    request_digest: str = "",
) -> tuple[TrainingJob, bool]:
    """The job, and whether it is new: a repeated idempotency key gives the first one.

    Raises `QuotaExceededError` or `IdempotencyConflictError`.
    """

    def make() -> str:
        return str(add_upload_job(session, tenant_id, asked, limits).id)

    job_id, is_new = once(session, tenant_id, idempotency_key, request_digest, JOB, make)
    return session.get_one(TrainingJob, UUID(job_id)), is_new


def add_upload_job(
    session: Session,
    tenant_id: UUID,
    asked: UploadRequest,
    limits: JobLimits,
    *,
    retry_of: UUID | None = None,
) -> TrainingJob:
    """A job whose one task trains on the file."""
    require_free_job(session, tenant_id, limits.max_active_jobs)
    job = create_job(
        session,
        tenant_id=tenant_id,
        kind="upload",
        tasks=[NewTask(kind="table", product_name=asked.task_name)],
        request=asked.options,
        job_name=asked.task_name,
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
    audit.record(
        session,
        tenant_id,
        "start" if retry_of is None else "retry",
        "job",
        job.id,
        actor=asked.actor,
        details={"file": asked.upload_digest, "request": dict(asked.options)}
        | ({} if retry_of is None else {"retry_of": str(retry_of)}),
    )
    return job
