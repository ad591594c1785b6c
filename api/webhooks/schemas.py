"""What a request for a webhook may say, and what is told of webhooks and events."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas import Answer, PageQuery, Request
from db.operation.events import EVENT_TYPES, EventType

Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]

_URL = "A public https:// address that takes POST requests"
_TYPES = "Events that it is told of"


class CreateWebhook(Request):
    url: Url = Field(description=_URL, examples=["https://example.com/hooks/training"])
    event_types: list[EventType] = Field(
        default_factory=lambda: list(EVENT_TYPES), min_length=1, description=_TYPES
    )


class ChangeWebhook(Request):
    """What is left out stays as it is."""

    url: Url | None = Field(default=None, description=_URL)
    event_types: list[EventType] | None = Field(default=None, min_length=1, description=_TYPES)
    is_active: bool | None = Field(default=None, description="`false` pauses it")
    rotate_secret: bool = Field(
        default=False, description="Make a new secret, told in this answer; the old one ends"
    )


class WebhookAnswer(Answer):
    id: UUID
    url: str
    event_types: list[str]
    is_active: bool
    created_at: datetime
    updated_at: datetime


class WebhookWithSecret(WebhookAnswer):
    """`secret` signs what is sent. It is told when it is made, and never again; else null."""

    secret: str | None = None


class Delivery(Answer):
    """`last_status` is the HTTP status of the newest answer."""

    id: int
    event_id: UUID
    event_type: str
    status: Literal["pending", "delivered", "failed"]
    attempts: int
    next_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None
    created_at: datetime
    delivered_at: datetime | None
    payload: dict[str, Any]


class ConsumedEvent(Answer):
    event_id: str
    event_type: str
    outcome: Literal["handled", "ignored", "rejected"]
    reason: str | None
    job_id: UUID | None
    received_at: datetime
    payload: dict[str, Any]


class ConsumedQuery(PageQuery):
    outcome: Literal["handled", "ignored", "rejected"] | None = Field(
        default=None, description="Only events with this outcome"
    )
