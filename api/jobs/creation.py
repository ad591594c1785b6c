"""Creating jobs: one transaction, then a nudge that may be lost."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from flask import request
from pydantic import BaseModel

import celeryconfig
from api.errors import BadQueryError
from api.jobs.schemas import AcceptedJob, Links, TableRequest, TrainingRequest
from api.services import Services
from db.tables import Product, TrainingJob
from db.transitions import NewTask, create_job

_MINUTE_S = 60.0
_HOUR_S = 3600.0
_LONGEST_KEY = 255
_NOT_FOR_THE_WORKER = {"action", "file_data", "products", "job_name", "priority", "timeout_seconds"}


def create_products_job(
    services: Services,
    tenant_id: UUID,
    asked: TrainingRequest,
    products: Sequence[Product],
    *,
    identity: str,
    idempotency_key: str | None,
) -> TrainingJob:
    """A job with a task per product; of several, a first one learns what they have in common.

    `identity` is what a repeated idempotency key must have asked for as well.
    """
    tasks = [NewTask(kind="product", product_id=p.id, product_name=p.name) for p in products]
    if len(tasks) > 1:
        tasks.insert(0, NewTask(kind="shared"))
    settings = services.settings
    with services.sessions.begin() as session:
        job, _ = create_job(
            session,
            tenant_id=tenant_id,
            kind="products",
            tasks=tasks,
            request=_for_the_worker(asked),
            job_name=asked.job_name,
            priority=asked.priority,
            timeout_s=asked.timeout_seconds or settings.max_training_time_minutes * _MINUTE_S,
            max_attempts=settings.max_attempts,
            idempotency_key=idempotency_key,
            request_digest=hashlib.sha256(identity.encode()).hexdigest(),
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
    settings = services.settings
    identity = _for_the_worker(asked) | {"digest": digest}
    with services.sessions.begin() as session:
        job, _ = create_job(
            session,
            tenant_id=tenant_id,
            kind="upload",
            tasks=[NewTask(kind="table", product_name=asked.task_name)],
            request=_for_the_worker(asked),
            job_name=asked.task_name,
            timeout_s=asked.timeout_seconds or settings.upload_timeout_hours * _HOUR_S,
            max_attempts=settings.max_attempts,
            upload_digest=digest,
            idempotency_key=idempotency_key,
            request_digest=hashlib.sha256(repr(sorted(identity.items())).encode()).hexdigest(),
        )
    services.send(celeryconfig.DISPATCH)
    return job


def accepted(job: TrainingJob) -> AcceptedJob:
    root = "/api/v1/training"
    return AcceptedJob.model_validate(
        {
            "job_id": job.id,
            "status": job.status,
            "products_total": job.products_total,
            "links": Links(
                status=f"{root}/status/{job.id}",
                progress=f"{root}/ws/{job.id}",
                stop=f"{root}/stop/{job.id}",
            ),
        }
    )


def idempotency_key() -> str | None:
    """The key of the current request, under which it is carried out once."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= _LONGEST_KEY and key.isprintable()):
        raise BadQueryError(f"Idempotency-Key takes 1 to {_LONGEST_KEY} printable characters")
    return key


def _for_the_worker(asked: BaseModel) -> dict[str, object]:
    return asked.model_dump(exclude=_NOT_FOR_THE_WORKER, exclude_none=True)
