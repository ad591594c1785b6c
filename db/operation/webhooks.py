"""The addresses that are told of a tenant's events; `db.operation.deliveries` has what they get."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.base import Json
from db.errors import AlreadyExistsError, NotNowError, QuotaExceededError
from db.locks import FRESH
from db.operation import alerts, audit
from db.operation.audit import Actor
from db.operation_tables import Webhook, WebhookDelivery
from db.pages import DEFAULT_LIMIT, Page, by_creation
from db.timestamps import iso

FAILING = "webhook_failing"
"""The kind of the alert about a webhook that an event could not be brought to."""

TEST_EVENT = "webhook_test"
MOST_PER_TENANT = 20

_URL_IS_TAKEN = "uq_webhooks_tenant_id_url"

_BY_CREATION = by_creation(Webhook)


def create(
    session: Session, tenant_id: UUID, *, url: str, event_types: Sequence[str], actor: Actor
) -> Webhook:
    """A webhook with a new secret.

    Raises `AlreadyExistsError` when the tenant has one of this URL, or `QuotaExceededError`.
    """
    _require_room(session, tenant_id)
    webhook = Webhook(
        tenant_id=tenant_id, url=url, secret=_new_secret(), event_types=list(event_types)
    )
    session.add(webhook)
    _flush(session, url)
    _record(session, webhook, "create", actor, {"url": url, "event_types": list(event_types)})
    return webhook


def find(session: Session, tenant_id: UUID, webhook_id: UUID) -> Webhook | None:
    return session.scalar(
        select(Webhook).where(Webhook.id == webhook_id, Webhook.tenant_id == tenant_id)
    )


def list_webhooks(
    session: Session, tenant_id: UUID, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[Webhook]:
    """The tenant's webhooks, newest first."""
    statement = select(Webhook).where(Webhook.tenant_id == tenant_id)
    return _BY_CREATION.read(session, statement, limit=limit, cursor=cursor)


def change(
    session: Session,
    tenant_id: UUID,
    webhook_id: UUID,
    values: Json,
    actor: Actor,
    *,
    rotate_secret: bool = False,
) -> Webhook | None:
    """The webhook with new values; with a new secret the old one signs nothing any more."""
    webhook = _locked(session, tenant_id, webhook_id)
    if webhook is None:
        return None
    for name, value in values.items():
        setattr(webhook, name, value)
    if rotate_secret:
        webhook.secret = _new_secret()
    _flush(session, webhook.url)
    _record(session, webhook, "change", actor, values | {"rotate_secret": rotate_secret})
    return webhook


def remove(session: Session, tenant_id: UUID, webhook_id: UUID, actor: Actor) -> bool:
    """Delete the webhook and what was to be sent to it; whether there was one."""
    webhook = _locked(session, tenant_id, webhook_id)
    if webhook is None:
        return False
    session.delete(webhook)
    alerts.resolve_alert(session, tenant_id, FAILING, webhook_id)
    _record(session, webhook, "delete", actor, {"url": webhook.url})
    return True


def deactivate(session: Session, tenant_id: UUID, webhook_id: UUID, reason: str) -> None:
    """The receiver does not want to be called any more."""
    webhook = _locked(session, tenant_id, webhook_id)
    if webhook is not None and webhook.is_active:
        webhook.is_active = False
        _record(session, webhook, "deactivate", audit.SERVICE, {"reason": reason})


def add_test(session: Session, webhook: Webhook, actor: Actor) -> WebhookDelivery:
    """An event that says nothing, for this webhook alone; raises `NotNowError` if it is paused."""
    if not webhook.is_active:
        raise NotNowError("The webhook is paused; set is_active to true first")
    event_id = uuid4()
    delivery = WebhookDelivery(
        webhook_id=webhook.id,
        tenant_id=webhook.tenant_id,
        event_id=event_id,
        event_type=TEST_EVENT,
        payload={
            "event_id": str(event_id),
            "event_type": TEST_EVENT,
            "tenant_id": str(webhook.tenant_id),
            "webhook_id": str(webhook.id),
            "timestamp": iso(datetime.now(UTC)),
        },
    )
    session.add(delivery)
    session.flush()
    _record(session, webhook, "test", actor, {"event_id": str(event_id)})
    return delivery


def raise_alert(session: Session, tenant_id: UUID, webhook_id: UUID, url: str, error: str) -> None:
    alerts.raise_alert(
        session,
        tenant_id,
        FAILING,
        webhook_id,
        severity="medium",
        message=f"An event could not be brought to {url} within a day: {error}",
        recommended_action="Repair the receiver, then send a test; or change or delete the webhook",
        details={"url": url},
    )


def resolve_alert(session: Session, tenant_id: UUID, webhook_id: UUID) -> None:
    alerts.resolve_alert(session, tenant_id, FAILING, webhook_id)


def _new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def _require_room(session: Session, tenant_id: UUID) -> None:
    count = select(func.count()).where(Webhook.tenant_id == tenant_id)
    if (session.scalar(count) or 0) >= MOST_PER_TENANT:
        raise QuotaExceededError(
            "webhooks",
            MOST_PER_TENANT,
            f"There are {MOST_PER_TENANT} webhooks, as many as a tenant may have; delete one.",
        )


def _locked(session: Session, tenant_id: UUID, webhook_id: UUID) -> Webhook | None:
    statement = select(Webhook).where(Webhook.id == webhook_id, Webhook.tenant_id == tenant_id)
    return session.scalars(statement.with_for_update(), execution_options=FRESH).one_or_none()


def _flush(session: Session, url: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if _URL_IS_TAKEN in str(error.orig):
            raise AlreadyExistsError(f"There is a webhook for {url} already") from None
        raise


def _record(
    session: Session, webhook: Webhook, action: str, actor: Actor, details: dict[str, Any]
) -> None:
    audit.record(
        session,
        webhook.tenant_id,
        action,
        "webhook",
        webhook.id,
        actor=actor,
        details=details,
    )
