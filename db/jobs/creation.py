"""A job is made with its tasks in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid, func, insert, literal, select
from sqlalchemy.orm import Session

from db.bulk import rows
from db.lifecycle.tokens import JobKind, NewTask
from db.tables import TrainingJob, TrainingTask
from db.text import storable

MAX_ATTEMPTS = 3


def create_job(
    session: Session,
    *,
    tenant_id: UUID,
    kind: JobKind,
    tasks: Sequence[NewTask],
    request: Mapping[str, Any],
    timeout_s: float,
    job_name: str | None = None,
    priority: int = 0,
    max_attempts: int = MAX_ATTEMPTS,
    created_by: UUID | None = None,
    upload_digest: str | None = None,
    trigger: str = "request",
    retry_of: UUID | None = None,
    trace_context: str | None = None,
    request_id: str | None = None,
) -> TrainingJob:
    """The job with its tasks, as it stands in the database."""
    job = TrainingJob(
        tenant_id=tenant_id,
        kind=kind,
        job_name=None if job_name is None else storable(job_name, 255),
        products_to_train=[str(task.product_id) for task in tasks if task.product_id],
        request=dict(request),
        upload_digest=upload_digest,
        priority=priority,
        products_total=sum(task.kind != "shared" for task in tasks),
        timeout_seconds=max(1, round(timeout_s)),
        created_by=created_by,
        trigger=trigger,
        retry_of=retry_of,
        trace_context=trace_context,
        request_id=request_id,
    )
    _add(session, job, tasks, max_attempts)
    session.refresh(job)
    return job


def _add(session: Session, job: TrainingJob, tasks: Sequence[NewTask], max_attempts: int) -> None:
    if not job.products_total:
        raise ValueError("A job needs at least one product or table to train.")
    session.add(job)
    session.flush()
    new = rows(
        position=(Integer(), range(len(tasks))),
        kind=(Text(), [task.kind for task in tasks]),
        product_id=(Uuid(), [task.product_id for task in tasks]),
        product_name=(Text(), [task.product_name for task in tasks]),
    )
    same = {
        "id": func.gen_random_uuid(),
        "job_id": literal(job.id, Uuid()),
        "tenant_id": literal(job.tenant_id, Uuid()),
        "max_attempts": literal(max_attempts),
    }
    session.execute(
        insert(TrainingTask).from_select([*same, *new.c.keys()], select(*same.values(), *new.c))
    )
