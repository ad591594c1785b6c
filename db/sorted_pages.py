"""Lists in pages in an order that was asked for.

A page continues behind the last item seen. A cursor belongs to its order: with another one it is
refused.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, TypeVarTuple

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from db.errors import InvalidCursorError
from db.pages import Page
from db.text import plain

T = TypeVar("T")
Columns = TypeVarTuple("Columns")
Direction = Literal["asc", "desc"]
Key = ColumnElement[Any] | InstrumentedAttribute[Any]


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

    def _encode(self, item: T, direction: Direction) -> str:
        told = json.dumps([self.name, direction, *plain(self.place_of(item))]).encode()
        return base64.urlsafe_b64encode(told).decode().rstrip("=")

    def _decode(self, cursor: str, direction: Direction) -> list[Any]:
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            told = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if told[:2] != [self.name, direction]:
                raise InvalidCursorError(cursor)
            return [read(value) for read, value in zip(self.readers, told[2:], strict=True)]
        except _UNREADABLE as error:
            raise InvalidCursorError(cursor) from error


_UNREADABLE = (binascii.Error, ValueError, TypeError, AttributeError, KeyError, OverflowError)
