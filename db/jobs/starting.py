"""What every new job goes through, whatever it works on: made once for a key, and on record."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from db.operation import audit
from db.operation.audit import Actor
from db.operation.idempotency import JOB, once
from db.tables import TrainingJob


def start_once(
    session: Session,
    tenant_id: UUID,
    idempotency_key: str | None,
    request_digest: str,
    make: Callable[[], TrainingJob],
) -> tuple[TrainingJob, bool]:
    """The job, and whether it is new: a repeated idempotency key gives the first one.

    Raises `IdempotencyConflictError`, and what `make` raises.
    """
    job_id, is_new = once(
        session, tenant_id, idempotency_key, request_digest, JOB, lambda: str(make().id)
    )
    return session.get_one(TrainingJob, UUID(job_id)), is_new


def record_start(
    session: Session, job: TrainingJob, actor: Actor, details: Mapping[str, Any]
) -> None:
    """Who started the job, and with what; or whose retry it is."""
    of_retry = {} if job.retry_of is None else {"retry_of": str(job.retry_of)}
    audit.record(
        session,
        job.tenant_id,
        "start" if job.retry_of is None else "retry",
        "job",
        job.id,
        actor=actor,
        details={**details, **of_retry},
    )


def as_uuid(name: str) -> UUID | None:
    """The id that the text is; None if it is another name."""
    try:
        return UUID(name)
    except ValueError:
        return None
