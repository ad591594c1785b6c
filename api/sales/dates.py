"""Dates as people write them, also with a time: 31.01.2026, Sat 1/31/26, 2026/1/31, 31-Jan-26.

With slashes or dashes, a single date may be read in two ways. Nothing is guessed: the first date of
a file that can be read in one way only tells how all of them are. A year of two digits stands last.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from api.sales.named_months import find_named_month

First = Literal["day", "month"]
"""What dates begin with."""

# In the languages of the shops, by the letters that tell them from “Total” or “Summe”.
_WEEKDAY = r"""(?i:(?:(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mi[eé]|jue|vie|s[aá]b|dom|die|mit|don
    |fre|sam|son|mer|jeu|ven|dim|gio|seg|ter|qua|qui|sex|maa|din|woe|vri|zat|zon)[^\W\d]*
    |mo|di|mi|do|fr|sa|so|lu|ma|me|je|ve|wo|vr|za|zo)\.?,?[ ])?"""
_YEAR_LAST = re.compile(
    _WEEKDAY + r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(\D.*)?", re.DOTALL | re.VERBOSE
)
_YEAR_FIRST = re.compile(
    _WEEKDAY + r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})(\D.*)?", re.DOTALL | re.VERBOSE
)
_MONTH = re.compile(r"(?P<year>\d{4})[/-](?P<month>\d{1,2})|(?P<of>\d{1,2})[/-](?P<in>\d{4})")
_BEFORE_ONE_DIGIT = re.compile(r"[ T](?=\d:)")
_HALF_DAY = re.compile(r"\s+(0?[1-9]|1[0-2])((?::\d{2}){1,2})\s*([ap])\.?m\.?", re.IGNORECASE)
_MONTHS = 12
_SHORT = 2
_FIRST_SHORT_YEAR = 70
_MOST_SHORT_YEARS = 20


def looks_like_a_day(cell: object) -> bool:
    """Whether a cell holds a date, be it one that may be read in two ways."""
    if isinstance(cell, date):
        return True
    written = cell.strip() if isinstance(cell, str) else ""
    return (
        _YEAR_LAST.fullmatch(written) is not None
        or _YEAR_FIRST.fullmatch(written) is not None
        or _MONTH.fullmatch(written) is not None
        or find_named_month(written) is not None
    )


def what_comes_first(cells: Iterable[object], *, has_typed_cells: bool = False) -> First | None:
    """None where no date tells, or where the first one is written in another form.

    Where cells may hold dates as such, none may stand beside written ones: of 01/02/2026 a
    spreadsheet may have made one that the file does not mean. Raises `ValueError` where years of
    two digits cannot be told from days.
    """
    first: First | None = None
    short: set[tuple[int, int, int]] = set()
    for cell in cells:
        if isinstance(cell, date):
            return None
        written = "" if cell is None else str(cell).strip()
        found = _YEAR_LAST.fullmatch(written)
        if found is None and written:
            break
        if found is None:
            continue
        first = first or _told_by(found)
        if len(found[4]) == _SHORT:
            short.add((int(found[1]), int(found[3]), int(found[4])))
        elif first is not None and not has_typed_cells and not short:
            break
    _check_years(short)
    return first


def _told_by(found: re.Match[str]) -> First | None:
    if found[2] == "." or int(found[1]) > _MONTHS:
        return "day"
    return "month" if int(found[3]) > _MONTHS else None


def _check_years(dates: set[tuple[int, int, int]]) -> None:
    """That what stands last are years: days change within a month, and run through all numbers."""
    if not dates:
        return
    one, other, last = (sorted(set(part)) for part in zip(*dates, strict=True))
    only_last_changes = len(last) > 1 and len(one) == len(other) == 1
    if only_last_changes or last[-1] - last[0] > _MOST_SHORT_YEARS:
        raise ValueError(
            f"it cannot be told whether they begin or end with the year, from {last[0]:02} to"
            f" {last[-1]:02} at their end: write 2026-01-31"
        )


def read_year_last(written: str, first: First | None) -> datetime | None:
    """The moment that such a date tells, or none where it is written in another form."""
    found = _YEAR_LAST.fullmatch(written)
    if found is None:
        return None
    one, sign, other, year, time = found.groups(default="")
    known: First | None = "day" if sign == "." else first
    if known is None:
        raise ValueError(
            "no date of the file tells whether the day or the month comes first: write 2026-01-31"
        )
    day, month = (one, other) if known == "day" else (other, one)
    try:
        return _moment(_whole(year), month, day, time)
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


def read_month(written: str) -> datetime | None:
    """The first day of a month such as 2026-01 or 01/2026, or none as above."""
    found = _MONTH.fullmatch(written)
    if found is None:
        return None
    try:
        return _moment(found["year"] or found["in"], found["month"] or found["of"], "1", "")
    except ValueError:
        return None


def read_named_month(written: str) -> datetime | None:
    """The moment that a date with the name of its month tells, or none as above."""
    found = find_named_month(written)
    if found is None:
        return None
    try:
        return _moment(_whole(found.year), str(found.month), found.day, found.time)
    except ValueError:
        return None


def _whole(year: str) -> str:
    """A year of two digits as everybody reads it: 69 is 2069, and 70 is 1970."""
    if len(year) > _SHORT:
        return year
    return f"{19 if int(year) >= _FIRST_SHORT_YEAR else 20}{year}"


def _moment(year: str, month: str, day: str, time: str) -> datetime:
    return datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}{_clock(time)}")


def _clock(time: str) -> str:
    """A time of day as ISO 8601 writes it, also of 2:30 PM."""
    half = _HALF_DAY.fullmatch(time)
    if half is None:
        return _BEFORE_ONE_DIGIT.sub(" 0", time, count=1)
    hour, rest, letter = half.groups()
    return f" {int(hour) % 12 + (12 if letter in 'pP' else 0):02}{rest}"
