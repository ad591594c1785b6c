"""Dates with the name of their month, as Excel and people write them: 1-Jan-26, 5 de enero de 2026.

In English, Spanish, German and French, with the day of the week before them or without; a month
alone is its first day.
"""

import re
from typing import NamedTuple

_NAMES = (
    "jan ene jän",
    "feb fév fev",
    "mar mär mrz",
    "apr abr avr",
    "may mai",
    "jun juin",
    "jul juil",
    "aug ago aoû aou",
    "sep",
    "oct okt",
    "nov",
    "dec dic dez déc",
)
"""By as many letters as tell them apart."""

_MONTHS = {name: month for month, names in enumerate(_NAMES, start=1) for name in names.split()}
_MOST_LETTERS = max(map(len, _MONTHS))
_FEWEST_LETTERS = min(map(len, _MONTHS))
_WEEKDAY = r"(?:[^\W\d]+\.?,?[ ])?"
_MONTH = r"(?P<month>[^\W\d]{3,})\.?"
_DAY = r"(?P<day>\d{1,2})(?:\.|st|nd|rd|th)?"
_TIME = r"(?P<time>\D.*)?"
_FORMS = tuple(
    re.compile(form, re.DOTALL)
    for form in (
        rf"{_WEEKDAY}{_DAY}[ /-](?:de )?{_MONTH},?[ /-](?:de )?(?P<year>\d{{4}}|\d{{2}}){_TIME}",
        rf"{_WEEKDAY}{_MONTH}[ -]{_DAY},? (?P<year>\d{{4}}){_TIME}",
        rf"{_MONTH}[ -](?:de )?(?P<year>\d{{4}})(?P<day>)(?P<time>)",
    )
)


class NamedMonth(NamedTuple):
    """The parts of a date, as they are written but for the month."""

    year: str
    month: int
    day: str
    time: str


def find_named_month(written: str) -> NamedMonth | None:
    for form in _FORMS:
        found = form.fullmatch(written)
        if found and (month := _month(found["month"].lower())):
            return NamedMonth(found["year"], month, found["day"] or "1", found["time"] or "")
    return None


def _month(name: str) -> int | None:
    lengths = range(_MOST_LETTERS, _FEWEST_LETTERS - 1, -1)
    return next((_MONTHS[name[:one]] for one in lengths if name[:one] in _MONTHS), None)
