"""Events on their way out. One publisher at a time, in the order of the rows: the transitions of a
job lock its row, so the events of a job leave in the order in which they happened.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from db import advisory_locks
from db.pruning import delete_some
from db.tables import OutboxEvent
from db.text import storable

MAX_ERROR_CHARACTERS = 500


def is_waiting(session: Session) -> bool:
    """Whether there is anything to publish."""
    return bool(session.scalar(select(exists().where(OutboxEvent.published_at.is_(None)))))


def unpublished(session: Session, limit: int = 100) -> Sequence[OutboxEvent]:
    """The oldest events; none while somebody else, until the end of a transaction, sends them."""
    if not session.scalar(select(func.pg_try_advisory_xact_lock(advisory_locks.PUBLISHING))):
        return []
    statement = (
        select(OutboxEvent)
        .where(OutboxEvent.published_at.is_(None))
        .order_by(OutboxEvent.id)
        .limit(limit)
    )
    return session.scalars(statement).all()


def mark_published(session: Session, ids: Sequence[int]) -> None:
    """The broker has confirmed these."""
    session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id.in_(ids))
        .values(
            published_at=func.clock_timestamp(),
            attempts=OutboxEvent.attempts + 1,
            last_error=None,
        )
    )


def mark_failed(session: Session, ids: Sequence[int], error: str) -> None:
    """These stay in the outbox, with the reason."""
    session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id.in_(ids))
        .values(attempts=OutboxEvent.attempts + 1, last_error=storable(error, MAX_ERROR_CHARACTERS))
    )


def prune(session: Session, *, older_than: timedelta) -> int:
    """Forget some events that were published long ago; how many."""
    return delete_some(session, OutboxEvent, OutboxEvent.published_at < func.now() - older_than)


def prune_unheard(session: Session, *, older_than: timedelta) -> int:
    """Forget some old events of a service that publishes to no broker; how many."""
    return delete_some(
        session,
        OutboxEvent,
        OutboxEvent.published_at.is_(None),
        OutboxEvent.created_at < func.now() - older_than,
    )
