"""Creating jobs: one transaction, then a nudge that may be lost."""

from uuid import UUID

import celeryconfig
from api.actor import actor_of_request
from api.addresses import TRAINING
from api.errors import GoneError, NotFoundError
from api.idempotency import digest_of
from api.jobs.schemas import AcceptedJob, Links, TrainingRequest
from api.services import Services
from api.uploads.schemas import TableRequest
from db.jobs.details import find_job
from db.jobs.file_jobs import FileJobRequest, start_file_job
from db.jobs.requests import JobLimits, JobRequest, start_products
from db.jobs.retry import RETRIED, retry_job
from db.tables import TrainingJob

_HOUR_S = 3600.0
_NOT_FOR_THE_WORKER = {"action", "file_data", "timeout_seconds"}


def create_products_job(
    services: Services,
    tenant_id: UUID,
    asked: TrainingRequest,
    products: tuple[str, ...] | None = None,
    categories: tuple[str, ...] | None = None,
    *,
    idempotency_key: str | None,
) -> TrainingJob:
    """A job with a task per product: those named by id or SKU, or all that are active, or those of
    some categories.
    """
    chosen = products if categories is None else {"categories": categories}
    identity = f"{chosen} {asked.model_dump_json(exclude={'products', 'categories'})}"
    wanted = JobRequest(
        products=products,
        categories=categories,
        job_name=asked.job_name,
        priority=asked.priority,
        timeout_s=asked.timeout_seconds,
        options=asked.stated(),
        force=asked.force,
        actor=actor_of_request(),
        trace_context=services.tracing.traceparent(),
    )
    with services.sessions.begin() as session:
        job, _ = start_products(
            session,
            tenant_id,
            wanted,
            JobLimits.from_settings(services.settings),
            idempotency_key=idempotency_key,
            request_digest=digest_of(identity),
        )
    services.send(celeryconfig.DISPATCH)
    return job


def create_upload_job(
    services: Services,
    tenant_id: UUID,
    asked: TableRequest,
    digest: str,
    idempotency_key: str | None = None,
) -> TrainingJob:
    """A job whose one task trains on a stored Parquet file."""
    options = asked.model_dump(exclude=_NOT_FOR_THE_WORKER, exclude_none=True)
    wanted = FileJobRequest(
        upload_digest=digest,
        options=options,
        timeout_s=asked.timeout_seconds or services.settings.upload_timeout_hours * _HOUR_S,
        job_name=asked.task_name,
        actor=actor_of_request(),
        trace_context=services.tracing.traceparent(),
    )
    return create_file_job(services, tenant_id, wanted, idempotency_key)


def create_file_job(
    services: Services, tenant_id: UUID, wanted: FileJobRequest, idempotency_key: str | None
) -> TrainingJob:
    """A job about a stored file; the same key stands for the same file and options."""
    identity = dict(wanted.options) | {"digest": wanted.upload_digest}
    with services.sessions.begin() as session:
        job, _ = start_file_job(
            session,
            tenant_id,
            wanted,
            JobLimits.from_settings(services.settings),
            idempotency_key=idempotency_key,
            request_digest=digest_of(repr(sorted(identity.items()))),
        )
    services.send(celeryconfig.DISPATCH)
    return job


def create_retry_job(
    services: Services, tenant_id: UUID, job_id: UUID, *, idempotency_key: str | None
) -> TrainingJob:
    """A job over what failed or was cancelled in another."""
    _require_upload(services, tenant_id, job_id)
    with services.sessions.begin() as session:
        made = retry_job(
            session,
            tenant_id,
            job_id,
            actor_of_request(),
            JobLimits.from_settings(services.settings),
            trace_context=services.tracing.traceparent(),
            idempotency_key=idempotency_key,
        )
    if made is None:
        raise NotFoundError(f"There is no job {job_id}")
    services.send(celeryconfig.DISPATCH)
    return made[0]


def _require_upload(services: Services, tenant_id: UUID, job_id: UUID) -> None:
    """Refuse where the file of an upload was removed meanwhile. Asked without a transaction: the
    store may be far away.
    """
    with services.sessions() as session:
        job = find_job(session, tenant_id, job_id)
    if job is None or job.upload_digest is None or job.status not in RETRIED:
        return
    if not services.chores.holds(job.upload_digest):
        raise GoneError("The uploaded file is not kept any more. Upload it again.")


def accepted(job: TrainingJob) -> AcceptedJob:
    return AcceptedJob.model_validate(
        {
            "job_id": job.id,
            "status": job.status,
            "products_total": job.products_total,
            "links": Links(
                status=f"{TRAINING}/status/{job.id}",
                progress=f"{TRAINING}/ws/{job.id}",
                stop=f"{TRAINING}/stop/{job.id}",
            ),
        }
    )
