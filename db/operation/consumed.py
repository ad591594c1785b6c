"""Events of other systems, each taken once: the transaction that acts on one records its id."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.base import Json
from db.operation_tables import ConsumedEvent
from db.pages import Order, Page, moment
from db.pruning import delete_some
from db.text import storable

Outcome = Literal["handled", "ignored", "rejected"]

_BY_ARRIVAL: Order[ConsumedEvent] = Order(
    "received_at",
    (ConsumedEvent.received_at, ConsumedEvent.event_id),
    lambda event: (event.received_at, event.event_id),
    (moment, storable),
)


def take(
    session: Session, event_id: str, *, event_type: str, tenant_id: UUID | None, payload: Json
) -> bool:
    """Whether the event is to be acted on: nobody did, or it was rejected and is sent again.

    Two that take it at once: the second waits until the first has committed.
    """
    seen = {
        "event_type": storable(event_type, 100),
        "tenant_id": tenant_id,
        "payload": payload,
        "outcome": "handled",
        "reason": None,
        "received_at": func.clock_timestamp(),
    }
    statement = insert(ConsumedEvent).values(event_id=event_id, **seen)
    statement = statement.on_conflict_do_update(
        index_elements=[ConsumedEvent.event_id],
        set_=seen,
        where=ConsumedEvent.outcome == "rejected",
    )
    return session.scalar(statement.returning(ConsumedEvent.event_id)) is not None


def settle(
    session: Session,
    event_id: str,
    outcome: Outcome,
    *,
    reason: str | None = None,
    job_id: UUID | None = None,
) -> None:
    """What became of an event that was taken."""
    session.execute(
        update(ConsumedEvent)
        .where(ConsumedEvent.event_id == event_id)
        .values(outcome=outcome, reason=None if reason is None else storable(reason), job_id=job_id)
    )


def newest(
    session: Session,
    tenant_id: UUID,
    *,
    limit: int,
    cursor: str | None = None,
    outcome: Outcome | None = None,
) -> Page[ConsumedEvent]:
    """The tenant's events, those that came last first."""
    statement = select(ConsumedEvent).where(ConsumedEvent.tenant_id == tenant_id)
    if outcome is not None:
        statement = statement.where(ConsumedEvent.outcome == outcome)
    return _BY_ARRIVAL.read(session, statement, limit=limit, cursor=cursor)


def prune(session: Session, *, older_than: timedelta) -> int:
    """Forget some events that were received long ago; how many."""
    return delete_some(session, ConsumedEvent, ConsumedEvent.received_at < func.now() - older_than)
