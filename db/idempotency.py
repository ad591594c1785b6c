"""A request that is sent twice makes one job."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.errors import IdempotencyConflictError
from db.tables import IdempotencyKey, TrainingJob


def job_of_key(
    session: Session, tenant_id: UUID, key: str, request_digest: str, new_job_id: UUID
) -> TrainingJob | None:
    """Take the key for a new job, or give the job it was taken for.

    Two requests at once: the second waits in the insert until the first has committed.
    """
    taken = session.execute(
        insert(IdempotencyKey)
        .values(tenant_id=tenant_id, key=key, request_digest=request_digest, job_id=new_job_id)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    ).one_or_none()
    if taken is not None:
        return None
    earlier = session.execute(
        select(IdempotencyKey, TrainingJob)
        .join(TrainingJob, TrainingJob.id == IdempotencyKey.job_id)
        .where(IdempotencyKey.tenant_id == tenant_id, IdempotencyKey.key == key)
    ).one()
    if earlier.IdempotencyKey.request_digest != request_digest:
        raise IdempotencyConflictError(key)
    job: TrainingJob = earlier.TrainingJob
    return job


def prune(session: Session, *, older_than: timedelta) -> int:
    """Forget keys that nobody will repeat; how many were forgotten."""
    result = session.execute(
        delete(IdempotencyKey).where(IdempotencyKey.created_at < func.now() - older_than)
    )
    return cast("CursorResult[Any]", result).rowcount
