"""Days and moments as requests and answers write them: in words, never as numbers of seconds."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, WithJsonSchema

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: object) -> object:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    if isinstance(value, date):
        return value
    raise ValueError("Input should be a day such as 2026-01-31")


def _moment(value: object) -> object:
    if isinstance(value, str) and _DAY.match(value):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise ValueError("Input should be a moment such as 2026-01-31T14:00:00Z")  # noqa: TRY004  # only this is told to callers
    return value if value.tzinfo is None else _in_utc(value)


def _in_utc(moment: datetime) -> datetime:
    """In a zone that Postgres knows: it refuses those that are more than 16 hours away."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("Input should be a moment of the years 1 to 9999, in UTC too") from error


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
DayOrMoment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}
    ),
]
WallClock = Annotated[
    datetime,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?$",
            "description": "On the clock of the shop, so without a zone",
            "examples": ["2026-01-31T00:00:00"],
        }
    ),
]
