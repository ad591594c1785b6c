"""Events on their way out. One publisher at a time, in the order of the rows: the transitions of a
job lock its row, so the events of a job leave in the order in which they happened.

A publisher has its events for the length of a lease and sends them outside of any transaction. One
that dies, or whose answer comes too late, leaves them to the next, which sends them again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db import advisory_locks
from db.locks import FRESH
from db.pruning import delete_some
from db.tables import OutboxEvent
from db.text import storable

MAX_ERROR_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Batch:
    """The oldest events, and until when nobody else sends them."""

    events: Sequence[OutboxEvent]
    claimed_until: datetime


def claim(session: Session, *, limit: int, lease: timedelta) -> Batch | None:
    """None if nothing waits, or somebody else sends it."""
    if not session.scalar(select(func.pg_try_advisory_xact_lock(advisory_locks.PUBLISHING))):
        return None
    oldest = session.execute(
        select(
            OutboxEvent.id,
            OutboxEvent.claimed_until > func.now(),
            func.now() + lease,
        )
        .where(OutboxEvent.published_at.is_(None))
        .order_by(OutboxEvent.id)
        .limit(limit)
    ).all()
    if not oldest or any(is_claimed for _, is_claimed, _ in oldest):
        return None
    until = oldest[0][2]
    claimed = session.scalars(
        update(OutboxEvent)
        .where(OutboxEvent.id.in_([event_id for event_id, _, _ in oldest]))
        .values(claimed_until=until)
        .returning(OutboxEvent),
        execution_options=FRESH,
    )
    return Batch(sorted(claimed, key=lambda event: event.id), until)


def mark_published(session: Session, ids: Collection[int]) -> None:
    """The broker has confirmed these."""
    session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id.in_(ids))
        .values(
            published_at=func.clock_timestamp(),
            attempts=OutboxEvent.attempts + 1,
            last_error=None,
            claimed_until=None,
        )
    )


def give_back(session: Session, batch: Batch, error: str | None) -> None:
    """What of the batch was not published is there for the next publisher, with the reason.

    If the lease ran out and somebody else sends it now, it stays with them.
    """
    tried = {} if error is None else _failed_attempt(error)
    session.execute(
        update(OutboxEvent)
        .where(
            OutboxEvent.id.in_([event.id for event in batch.events]),
            OutboxEvent.published_at.is_(None),
            OutboxEvent.claimed_until == batch.claimed_until,
        )
        .values(claimed_until=None, **tried)
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


def _failed_attempt(error: str) -> dict[str, object]:
    return {
        "attempts": OutboxEvent.attempts + 1,
        "last_error": storable(error, MAX_ERROR_CHARACTERS),
    }
