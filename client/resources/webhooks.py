"""Addresses that are told of events, and events that others sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypedDict, Unpack

from client.addresses import given, training_path
from client.decoding import Record
from client.paging import Page, decoded_page
from client.resources.resource import Resource

Outcome = Literal["handled", "ignored", "rejected"]


@dataclass(frozen=True, kw_only=True)
class Webhook(Record):
    """`secret` is told when it is made, and never again; `verify_signature` takes it."""

    id: str
    url: str
    event_types: tuple[str, ...] = ()
    is_active: bool = True
    created_at: datetime | None = None
    updated_at: datetime | None = None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Delivery(Record):
    """An event on its way to a webhook; `last_status` is the HTTP status of the newest answer."""

    id: int
    event_id: str
    event_type: str
    status: str
    attempts: int = 0
    next_attempt_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None
    created_at: datetime | None = None
    delivered_at: datetime | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ConsumedEvent(Record):
    """What another system sent, and what became of it."""

    event_id: str
    event_type: str
    outcome: str
    reason: str | None = None
    job_id: str | None = None
    received_at: datetime | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


class WebhookChange(TypedDict, total=False):
    """What is left out stays as it is."""

    url: str
    event_types: Sequence[str]
    is_active: bool


class Webhooks(Resource):
    """`studio.webhooks`: needs the scope admin."""

    def list(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Webhook]:
        answer = self._connection.get(training_path("webhooks"), {"limit": limit, "cursor": cursor})
        return decoded_page(Webhook, answer)

    def get(self, webhook_id: str) -> Webhook:
        return Webhook.decode(self._connection.get(training_path("webhooks", webhook_id)))

    def create(
        self,
        url: str,
        *,
        event_types: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> Webhook:
        """Without `event_types` it is told of `training_completed` and `training_failed`."""
        body = given({"url": url, "event_types": event_types and [*event_types]})
        return Webhook.decode(
            self._connection.create(training_path("webhooks"), body, key=idempotency_key)
        )

    def change(self, webhook_id: str, **changes: Unpack[WebhookChange]) -> Webhook:
        return Webhook.decode(
            self._connection.change(training_path("webhooks", webhook_id), dict(changes))
        )

    def rotate_secret(self, webhook_id: str) -> Webhook:
        """With a new secret; the old one signs nothing from then on."""
        path = training_path("webhooks", webhook_id)
        return Webhook.decode(self._connection.change(path, {"rotate_secret": True}))

    def test(self, webhook_id: str) -> Delivery:
        """Sends an event of the type `webhook_test`."""
        return Delivery.decode(self._connection.post(training_path("webhooks", webhook_id, "test")))

    def deliveries(
        self, webhook_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Delivery]:
        """What was sent, the newest first."""
        answer = self._connection.get(
            training_path("webhooks", webhook_id, "deliveries"), {"limit": limit, "cursor": cursor}
        )
        return decoded_page(Delivery, answer)

    def delete(self, webhook_id: str) -> None:
        self._connection.delete(training_path("webhooks", webhook_id))


class ConsumedEvents(Resource):
    def consumed_events(
        self,
        *,
        outcome: Outcome | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[ConsumedEvent]:
        """The events that other systems sent, the newest first."""
        answer = self._connection.get(
            training_path("events", "consumed"),
            {"outcome": outcome, "limit": limit, "cursor": cursor},
        )
        return decoded_page(ConsumedEvent, answer)
