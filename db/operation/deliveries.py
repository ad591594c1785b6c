"""Events on their way to webhooks: one delivery per webhook and event, until it is taken or given
up.

A sender claims a delivery by moving its next attempt ahead: a lease, so that nobody holds a session
while it waits for a receiver, and a sender that dies only delays.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    CursorResult,
    Text,
    any_,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.orm import Session

from db.base import Json
from db.operation_tables import Webhook, WebhookDelivery
from db.pages import Order, Page, by_number
from db.pruning import delete_some
from db.tables import OutboxEvent
from db.text import storable

MAX_ERROR_CHARACTERS = 500

_BY_NUMBER: Order[WebhookDelivery] = by_number(WebhookDelivery.id, lambda delivery: delivery.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a sender needs to know; `attempt` counts from 1."""

    delivery_id: int
    webhook_id: UUID
    tenant_id: UUID
    url: str
    secret: str
    event_id: UUID
    event_type: str
    payload: Json
    attempt: int


def fan_out(session: Session, event: OutboxEvent) -> None:
    """A delivery for each active webhook of the tenant that wants events of this type."""
    wanted = select(
        Webhook.id,
        Webhook.tenant_id,
        literal(event.event_id),
        literal(event.event_type, Text()),
        literal(event.payload, JSONB()),
    ).where(
        Webhook.tenant_id == event.tenant_id,
        Webhook.is_active,
        literal(event.event_type) == any_(Webhook.event_types),
    )
    columns = ["webhook_id", "tenant_id", "event_id", "event_type", "payload"]
    session.execute(insert(WebhookDelivery).from_select(columns, wanted))


def claim(
    session: Session, *, limit: int, lease: timedelta, except_webhooks: Collection[UUID] = ()
) -> list[Claimed]:
    """The oldest delivery that is due of each webhook, so that none of them takes all places."""
    due = (
        select(WebhookDelivery.id)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(
            Webhook.is_active,
            WebhookDelivery.status == "pending",
            WebhookDelivery.next_attempt_at <= func.now(),
            WebhookDelivery.webhook_id.not_in(except_webhooks),
        )
        .ext(distinct_on(WebhookDelivery.webhook_id))
        .order_by(WebhookDelivery.webhook_id, WebhookDelivery.id)
    )
    statement = (
        select(WebhookDelivery, Webhook)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(
            WebhookDelivery.id.in_(due),
            # Again, on the locked row: another sender may have been faster.
            WebhookDelivery.status == "pending",
            WebhookDelivery.next_attempt_at <= func.now(),
        )
        .order_by(WebhookDelivery.next_attempt_at)
        .limit(limit)
        .with_for_update(of=WebhookDelivery, skip_locked=True)
    )
    return [
        _claimed(delivery, webhook, lease) for delivery, webhook in session.execute(statement).all()
    ]


def mark_delivered(session: Session, claimed: Claimed, status: int) -> bool:
    """The receiver took it; whether this claim was still the current one."""
    return _end(
        session,
        claimed,
        status="delivered",
        last_status=status,
        last_error=None,
        delivered_at=func.clock_timestamp(),
    )


def put_off(
    session: Session, claimed: Claimed, wait: timedelta, status: int | None, error: str
) -> bool:
    """To be tried again after the wait; whether this claim was still the current one."""
    return _end(
        session,
        claimed,
        next_attempt_at=func.clock_timestamp() + wait,
        last_status=status,
        last_error=storable(error, MAX_ERROR_CHARACTERS),
    )


def give_up(session: Session, claimed: Claimed, status: int | None, error: str) -> bool:
    """It is not tried again; whether this claim was still the current one."""
    return _end(
        session,
        claimed,
        status="failed",
        last_status=status,
        last_error=storable(error, MAX_ERROR_CHARACTERS),
    )


def give_up_all(session: Session, webhook_id: UUID, error: str) -> None:
    """Nothing that waits for this webhook is tried again."""
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.status == "pending")
        .values(status="failed", last_error=storable(error, MAX_ERROR_CHARACTERS))
    )


def find(session: Session, tenant_id: UUID, delivery_id: int) -> WebhookDelivery | None:
    return session.scalar(
        select(WebhookDelivery).where(
            WebhookDelivery.id == delivery_id, WebhookDelivery.tenant_id == tenant_id
        )
    )


def of_webhook(
    session: Session, webhook_id: UUID, *, limit: int, cursor: str | None = None
) -> Page[WebhookDelivery]:
    """The deliveries of a webhook, newest first."""
    statement = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    return _BY_NUMBER.read(session, statement, limit=limit, cursor=cursor)


def prune(session: Session, *, older_than: timedelta) -> int:
    """Forget some deliveries that ended long ago; how many."""
    return delete_some(
        session,
        WebhookDelivery,
        WebhookDelivery.status != "pending",
        WebhookDelivery.created_at < func.now() - older_than,
    )


def _claimed(delivery: WebhookDelivery, webhook: Webhook, lease: timedelta) -> Claimed:
    delivery.attempts += 1
    delivery.next_attempt_at = func.clock_timestamp() + lease
    return Claimed(
        delivery_id=delivery.id,
        webhook_id=webhook.id,
        tenant_id=webhook.tenant_id,
        url=webhook.url,
        secret=webhook.secret,
        event_id=delivery.event_id,
        event_type=delivery.event_type,
        payload=delivery.payload,
        attempt=delivery.attempts,
    )


def _end(session: Session, claimed: Claimed, **values: Any) -> bool:
    """The attempt number fences: one whose lease ran out while it waited changes nothing."""
    statement = (
        update(WebhookDelivery)
        .where(
            WebhookDelivery.id == claimed.delivery_id,
            WebhookDelivery.attempts == claimed.attempt,
            WebhookDelivery.status == "pending",
        )
        .values(**values)
    )
    return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1
