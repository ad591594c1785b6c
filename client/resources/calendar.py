"""Closures and events."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypedDict, Unpack

from client.addresses import training_path
from client.decoding import Record
from client.paging import Page, decoded_page
from client.resources.resource import Resource

CalendarKind = Literal["closure", "event"]


@dataclass(frozen=True, kw_only=True)
class CalendarEntry(Record):
    """Days on which nothing is sold (a closure), or something sells more or less (an event)."""

    id: str
    kind: str
    name: str
    starts_on: date
    ends_on: date
    created_at: datetime | None = None


class CalendarChange(TypedDict, total=False):
    """What is left out stays as it is; without a last day it is the first."""

    kind: CalendarKind
    name: str
    starts_on: date
    ends_on: date | None


class Calendar(Resource):
    """`studio.calendar`: counts from the next training on."""

    def list(
        self,
        *,
        kind: CalendarKind | None = None,
        starts_from: date | None = None,
        ends_by: date | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[CalendarEntry]:
        """Entries that end on `starts_from` or later and start on `ends_by` or before."""
        query = {
            "kind": kind,
            "starts_from": starts_from,
            "ends_by": ends_by,
            "limit": limit,
            "cursor": cursor,
        }
        return decoded_page(CalendarEntry, self._connection.get(training_path("calendar"), query))

    def create(
        self,
        kind: CalendarKind,
        name: str,
        starts_on: date,
        ends_on: date | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> CalendarEntry:
        """A single day unless `ends_on` says more. Events of one name teach each other."""
        body = {
            "kind": kind,
            "name": name,
            "starts_on": starts_on.isoformat(),
            "ends_on": (ends_on or starts_on).isoformat(),
        }
        return CalendarEntry.decode(
            self._connection.create(training_path("calendar"), body, key=idempotency_key)
        )

    def change(self, entry_id: str, **changes: Unpack[CalendarChange]) -> CalendarEntry:
        body = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in changes.items()
        }
        return CalendarEntry.decode(
            self._connection.change(training_path("calendar", entry_id), body)
        )

    def delete(self, entry_id: str) -> None:
        self._connection.delete(training_path("calendar", entry_id))
