"""Lists in pages: newest first, continued behind the last item seen, so that new rows shift
nothing.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from db.errors import InvalidCursorError

T = TypeVar("T")

DEFAULT_LIMIT = 50
Place = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    next_cursor: str | None


def page(rows: Sequence[T], limit: int, place_of: Callable[[T], Place]) -> Page[T]:
    """The page from up to `limit + 1` rows: one more than is shown means another page."""
    items = rows[:limit]
    has_more = len(rows) > limit
    return Page(items, encode_cursor(place_of(items[-1])) if has_more else None)


def encode_cursor(place: Place) -> str:
    moment, row_id = place
    plain = json.dumps([moment.isoformat(), str(row_id)]).encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def decode_cursor(cursor: str) -> Place:
    """The place that a cursor stands for; raises `InvalidCursorError`."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        moment, row_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        place = datetime.fromisoformat(moment), UUID(row_id)
    except (binascii.Error, ValueError, TypeError, AttributeError) as error:
        raise InvalidCursorError(cursor) from error
    if place[0].tzinfo is None:
        raise InvalidCursorError(cursor)
    return place
