"""The events that other systems send, as `docs/events.md` shows them; other fields are ignored."""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from core.training_options import TrainingOptions
from core.validation import in_words
from worker.errors import EventRejectedError

LONGEST_ID = 255
_SHOWN_CHARACTERS = 2000
_MOST_LEVELS = 50
"""Of objects and lists in each other: more than any event has, far less than Python or PostgreSQL
cannot write.
"""
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_TOLERANT = ConfigDict(extra="ignore", protected_namespaces=())

Reference = Annotated[str, Field(min_length=1, max_length=255)]


class _Event(BaseModel):
    model_config = _TOLERANT

    tenant_id: UUID
    products: list[Reference] | None = Field(
        default=None, validation_alias=AliasChoices("products", "product_ids")
    )


class Options(TrainingOptions):
    model_config = _TOLERANT


class TrainingScheduled(_Event):
    """The orchestrator asks for a training; without products, of all that are active."""

    event_type: Literal["training_scheduled"]
    job_name: str | None = Field(default=None, max_length=255)
    priority: int = Field(default=0, ge=0, le=9)
    force: bool = False
    timeout_seconds: int | None = Field(default=None, ge=1, le=7 * 24 * 3600)
    options: Options = Field(default_factory=Options)


class SalesImported(_Event):
    """New sales are there, of these products; without products, of any."""

    event_type: Literal["sales_imported"]


def _underscored(value: object) -> object:
    """Some name a type like its routing key: `sales.imported`."""
    if isinstance(value, dict) and isinstance(value.get("event_type"), str):
        return value | {"event_type": value["event_type"].replace(".", "_")}
    return value


Event = TrainingScheduled | SalesImported
_EVENT: TypeAdapter[Event] = TypeAdapter(
    Annotated[Annotated[Event, Field(discriminator="event_type")], BeforeValidator(_underscored)]
)


class Letter:
    """What arrived, whether it can be read or not, and the id under which it is taken once."""

    def __init__(
        self, body: bytes, message_id: str | None = None, *, traceparent: object = None
    ) -> None:
        self.payload = _payload(body)
        self.traceparent = _trace(traceparent) or _trace(self.payload.get("traceparent"))
        self.event_id = _event_id(self.payload, message_id, body)

    @property
    def request_id(self) -> str | None:
        """The event's id, where it can stand for that of a request."""
        return self.event_id if _REQUEST_ID.fullmatch(self.event_id) else None

    @property
    def event_type(self) -> str:
        return str(self.payload.get("event_type", "unknown"))

    @property
    def tenant_id(self) -> UUID | None:
        """Whose event it is, as far as that can be told."""
        try:
            return UUID(str(self.payload.get("tenant_id")))
        except ValueError:
            return None

    def read(self) -> Event:
        """The event; raises `EventRejectedError`, which says what is wrong."""
        try:
            return _EVENT.validate_python(self.payload)
        except ValidationError as error:
            raise EventRejectedError(_told(error)) from error


def _trace(given: object) -> str | None:
    """The sender's trace in the form of the W3C, if that is what was given."""
    return given if isinstance(given, str) and _TRACEPARENT.fullmatch(given) else None


def _payload(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and _levels(found) <= _MOST_LEVELS:
        return found
    return {"unreadable": body[:_SHOWN_CHARACTERS].decode(errors="replace")}


def _levels(value: object) -> int:
    levels, level = 0, [value]
    while level := [inner for one in level for inner in _inside(one)]:
        levels += 1
    return levels


def _inside(value: object) -> Iterable[object]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case _:
            return ()


def _event_id(payload: dict[str, Any], message_id: str | None, body: bytes) -> str:
    """Older senders give no id: then the message's own counts, then what it says."""
    for given in (payload.get("event_id"), message_id):
        if isinstance(given, str) and 0 < len(given) <= LONGEST_ID and given.isprintable():
            return given
    said = body if "unreadable" in payload else json.dumps(payload, sort_keys=True).encode()
    return f"sha256-{hashlib.sha256(said).hexdigest()}"


def _told(error: ValidationError) -> str:
    if error.errors()[0]["type"].startswith("union_tag"):
        return "event_type takes `training_scheduled` or `sales_imported`"
    return in_words(error, "event")
