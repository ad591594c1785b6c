"""Lists in pages. A page continues behind the last item seen, so that new rows shift nothing.

A cursor belongs to its order: with another one it is refused.
"""

import base64
import binascii
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Literal, TypeVar, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.errors import InvalidCursorError
from db.text import plain

T = TypeVar("T")
Columns = TypeVarTuple("Columns")
Direction = Literal["asc", "desc"]
Key = ColumnElement[Any] | InstrumentedAttribute[Any]

DEFAULT_LIMIT = 50

_LARGEST_NUMBER = 2**63 - 1
_UNREADABLE = (
    binascii.Error,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Order(Generic[T]):
    """What is sorted by, ending with what is unique; where an item stands in it; and how the values
    of a cursor are read again.
    """

    name: str
    keys: tuple[Key, ...]
    place_of: Callable[[T], tuple[Any, ...]]
    readers: tuple[Callable[[Any], Any], ...]

    def apply(
        self, statement: Select[*Columns], direction: Direction, cursor: str | None
    ) -> Select[*Columns]:
        """The statement from the cursor on. Rows without a value to sort by are left out."""
        statement = statement.where(self.keys[0].is_not(None))
        if cursor is not None:
            place, here = tuple_(*self._decode(cursor, direction)), tuple_(*self.keys)
            statement = statement.where(here > place if direction == "asc" else here < place)
        ordered = [key.asc() if direction == "asc" else key.desc() for key in self.keys]
        return statement.order_by(*ordered)

    def page(self, rows: Sequence[T], direction: Direction, limit: int) -> Page[T]:
        """The page from up to `limit + 1` rows: one more than is shown means another page."""
        items = rows[:limit]
        has_more = len(rows) > limit
        return Page(items, self._encode(items[-1], direction) if has_more else None)

    def read(
        self,
        session: Session,
        statement: Select[T],
        *,
        limit: int,
        cursor: str | None,
        direction: Direction = "desc",
    ) -> Page[T]:
        """The page of a statement that selects the items themselves."""
        rows = session.scalars(self.apply(statement, direction, cursor).limit(limit + 1)).all()
        return self.page(rows, direction, limit)

    def _encode(self, item: T, direction: Direction) -> str:
        return encode_cursor(self.name, direction, self.place_of(item))

    def _decode(self, cursor: str, direction: Direction) -> list[Any]:
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            told = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if told[:2] != [self.name, direction]:
                raise InvalidCursorError(cursor)
            return [read(value) for read, value in zip(self.readers, told[2:], strict=True)]
        except _UNREADABLE as error:
            raise InvalidCursorError(cursor) from error


def encode_cursor(order: str, direction: Direction, place: Sequence[Any]) -> str:
    told = json.dumps([order, direction, *plain(place)]).encode()
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def by_creation(table: type[Any]) -> Order[Any]:
    """The order of rows that know when they were made."""
    keys = (table.created_at, table.id)
    return Order("created_at", keys, lambda row: (row.created_at, row.id), (moment, UUID))


def by_number(key: Key, place_of: Callable[[T], int]) -> Order[T]:
    """The order of rows that are numbered."""
    return Order("number", (key,), lambda item: (place_of(item),), (whole_number,))


def moment(text: str) -> datetime:
    """A value of a cursor as a point in time."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return found.astimezone(UTC)  # Postgres knows no zone that is more than 16 hours away


def number(value: float) -> float:
    """A value of a cursor as a number."""
    if not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)


def whole_number(value: object) -> int:
    """A value of a cursor as a number that a column can hold."""
    if not isinstance(value, int) or abs(value) > _LARGEST_NUMBER:
        raise ValueError("no number of a row")
    return value
