"""A request that is sent twice is carried out once."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.errors import IdempotencyConflictError
from db.pruning import delete_some
from db.tables import IdempotencyKey

JOB = "job"


def once(
    session: Session,
    tenant_id: UUID,
    key: str | None,
    request_digest: str,
    resource_type: str,
    make: Callable[[], str],
) -> tuple[str, bool]:
    """The id of what `make` makes, and whether it is new: a repeated key gives the first one.

    Two requests at once: the second waits until the first has committed. Raises
    `IdempotencyConflictError` when the key was used for something else.
    """
    if key is None:
        return make(), True
    if not _take(session, tenant_id, key, request_digest, resource_type):
        return _made_before(session, tenant_id, key, request_digest, resource_type), False
    resource_id = make()
    session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.tenant_id == tenant_id, IdempotencyKey.key == key)
        .values(
            resource_id=resource_id,
            # The key of a job is forgotten with the job.
            job_id=UUID(resource_id) if resource_type == JOB else None,
        )
    )
    return resource_id, True


def _take(
    session: Session, tenant_id: UUID, key: str, request_digest: str, resource_type: str
) -> bool:
    taken = session.execute(
        insert(IdempotencyKey)
        .values(
            tenant_id=tenant_id,
            key=key,
            request_digest=request_digest,
            resource_type=resource_type,
        )
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    ).one_or_none()
    return taken is not None


def _made_before(
    session: Session, tenant_id: UUID, key: str, request_digest: str, resource_type: str
) -> str:
    earlier = session.scalars(
        select(IdempotencyKey).where(
            IdempotencyKey.tenant_id == tenant_id, IdempotencyKey.key == key
        )
    ).one()
    if (earlier.request_digest, earlier.resource_type) != (request_digest, resource_type):
        raise IdempotencyConflictError(key)
    return earlier.resource_id or str(earlier.job_id)


def prune(session: Session, *, older_than: timedelta) -> int:
    """Forget some keys that nobody will repeat; how many."""
    return delete_some(session, IdempotencyKey, IdempotencyKey.created_at < func.now() - older_than)
