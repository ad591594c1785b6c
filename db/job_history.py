"""The jobs of a tenant: filtered, sorted, in pages.

A page continues behind the last job seen, in the order asked for, so jobs that come and go shift
nothing. A cursor belongs to its order: with another one it is refused.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.errors import InvalidCursorError
from db.pages import DEFAULT_LIMIT, Page
from db.tables import TrainingJob, TrainingTask

SortKey = Literal["created_at", "completed_at", "priority", "duration"]
Direction = Literal["asc", "desc"]
Column = ColumnElement[Any] | InstrumentedAttribute[Any]


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment


def _microseconds(number: int) -> timedelta:
    return timedelta(microseconds=number)


@dataclass(frozen=True, slots=True)
class _Order:
    """What is sorted by, ending with the id, and how a cursor's values are read again."""

    keys: tuple[Column, ...]
    readers: tuple[Callable[[Any], Any], ...]


_DURATION = TrainingJob.completed_at - TrainingJob.started_at
_ORDERS: Mapping[SortKey, _Order] = {
    "created_at": _Order((TrainingJob.created_at, TrainingJob.id), (_moment, UUID)),
    "completed_at": _Order((TrainingJob.completed_at, TrainingJob.id), (_moment, UUID)),
    "priority": _Order(
        (TrainingJob.priority, TrainingJob.created_at, TrainingJob.id), (int, _moment, UUID)
    ),
    "duration": _Order((_DURATION, TrainingJob.id), (_microseconds, UUID)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs; what is None does not matter. `created_to` is the first moment not included."""

    status: str | None = None
    kind: str | None = None
    trigger: str | None = None
    job_name: str | None = None
    product_id: UUID | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


EVERYTHING = JobFilter()


def history(
    session: Session,
    tenant_id: UUID,
    *,
    wanted: JobFilter = EVERYTHING,
    sort: SortKey = "created_at",
    direction: Direction = "desc",
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[TrainingJob]:
    """The tenant's jobs, newest first unless told otherwise.

    Sorted by what only some jobs have (an end, a duration), the others are left out.
    """
    keys = _ORDERS[sort].keys
    statement = select(TrainingJob, *keys[:-1]).where(
        TrainingJob.tenant_id == tenant_id, keys[0].is_not(None), *_conditions(wanted)
    )
    if cursor is not None:
        place = tuple_(*_decode(cursor, sort, direction))
        here = tuple_(*keys)
        statement = statement.where(here > place if direction == "asc" else here < place)
    ordered = [key.asc() if direction == "asc" else key.desc() for key in keys]
    rows = session.execute(statement.order_by(*ordered).limit(limit + 1)).all()
    jobs = [row[0] for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(jobs, None)
    last = rows[limit - 1]
    return Page(jobs, _encode(sort, direction, [*last[1:], last[0].id]))


def _conditions(wanted: JobFilter) -> Iterator[ColumnElement[bool]]:
    equal = (
        (TrainingJob.status, wanted.status),
        (TrainingJob.kind, wanted.kind),
        (TrainingJob.trigger, wanted.trigger),
    )
    yield from (column == value for column, value in equal if value is not None)
    if wanted.job_name is not None:
        yield TrainingJob.job_name.icontains(wanted.job_name, autoescape=True)
    if wanted.product_id is not None:
        yield _trains(wanted.product_id)
    if wanted.created_from is not None:
        yield TrainingJob.created_at >= wanted.created_from
    if wanted.created_to is not None:
        yield TrainingJob.created_at < wanted.created_to


def _trains(product_id: UUID) -> ColumnElement[bool]:
    return (
        select(TrainingTask.id)
        .where(TrainingTask.job_id == TrainingJob.id, TrainingTask.product_id == product_id)
        .exists()
    )


def _encode(sort: SortKey, direction: Direction, place: Sequence[Any]) -> str:
    plain = json.dumps([sort, direction, *map(_told, place)]).encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def _told(value: object) -> int | str:
    match value:
        case int():
            return value
        case timedelta():
            return value // timedelta(microseconds=1)
        case datetime():
            return value.isoformat()
        case _:
            return str(value)


def _decode(cursor: str, sort: SortKey, direction: Direction) -> list[Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        told = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if told[:2] != [sort, direction]:
            raise InvalidCursorError(cursor)
        readers = _ORDERS[sort].readers
        return [read(value) for read, value in zip(readers, told[2:], strict=True)]
    except _UNREADABLE as error:
        raise InvalidCursorError(cursor) from error


_UNREADABLE = (
    binascii.Error,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    OverflowError,
)
