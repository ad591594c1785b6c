"""Dates as people write them, with a time or without: 31.01.2026, 01/31/2026, 2026/1/31.

With slashes or dashes, a single date may be read in two ways. Nothing is guessed: the first date of
a file that can be read in one way only tells how all of them are.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

First = Literal["day", "month"]
"""What dates begin with."""

_YEAR_LAST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(.*)", re.DOTALL)
_YEAR_FIRST = re.compile(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})(\D.*)?", re.DOTALL)
_BEFORE_ONE_DIGIT = re.compile(r"[ T](?=\d:)")
_HALF_DAY = re.compile(r"\s+(0?[1-9]|1[0-2])((?::\d{2}){1,2})\s*([ap])\.?m\.?", re.IGNORECASE)
_MONTHS = 12


def what_comes_first(cells: Iterable[object]) -> First | None:
    """None where no date tells, or where the first one is written in another form."""
    for cell in cells:
        written = "" if cell is None else str(cell).strip()
        found = _YEAR_LAST.fullmatch(written)
        if found is None and written:
            return None
        if found is None:
            continue
        if found[2] == "." or int(found[1]) > _MONTHS:
            return "day"
        if int(found[3]) > _MONTHS:
            return "month"
    return None


def read_year_last(written: str, first: First | None) -> datetime | None:
    """The moment that such a date tells, or none where it is written in another form."""
    found = _YEAR_LAST.fullmatch(written)
    if found is None:
        return None
    one, sign, other, year, time = found.groups()
    known: First | None = "day" if sign == "." else first
    if known is None:
        raise ValueError(
            "no date of the file tells whether the day or the month comes first: write 2026-01-31"
        )
    day, month = (one, other) if known == "day" else (other, one)
    try:
        return _moment(year, month, day, time)
    except ValueError as error:
        raise ValueError(
            f"not a date with the {known} first, as the file writes them; write 2026-01-31"
        ) from error


def read_year_first(written: str) -> datetime | None:
    """The moment that such a date tells, or none where it is written in another form, or wrong."""
    found = _YEAR_FIRST.fullmatch(written)
    if found is None:
        return None
    year, _, month, day, time = found.groups(default="")
    try:
        return _moment(year, month, day, time)
    except ValueError:
        return None


def _moment(year: str, month: str, day: str, time: str) -> datetime:
    return datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}{_clock(time)}")


def _clock(time: str) -> str:
    """A time of day as ISO 8601 writes it, also of 2:30 PM."""
    half = _HALF_DAY.fullmatch(time)
    if half is None:
        return _BEFORE_ONE_DIGIT.sub(" 0", time, count=1)
    hour, rest, letter = half.groups()
    return f" {int(hour) % 12 + (12 if letter in 'pP' else 0):02}{rest}"
