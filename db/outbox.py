"""Events on their way out. A publisher holds the rows locked while it sends, so that no other sends
them too.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from db.tables import OutboxEvent
from db.text import storable

MAX_ERROR_CHARACTERS = 500


def unpublished(session: Session, limit: int = 100) -> Sequence[OutboxEvent]:
    """The oldest events that nobody else is sending, locked until the transaction ends."""
    statement = (
        select(OutboxEvent)
        .where(OutboxEvent.published_at.is_(None))
        .order_by(OutboxEvent.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
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
    """Forget events that were published long ago; how many."""
    statement = delete(OutboxEvent).where(OutboxEvent.published_at < func.now() - older_than)
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
