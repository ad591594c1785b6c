"""Dates with words: ``14th of January 2019``, ``Week of Jan 14, 2019``, ``ene-19``."""

import re

import pandas as pd

from pipeline.series.part_names import month_of

_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I %p", " %I:%M %p", " %I:%M:%S %p")
_DATES = ("%d %b %Y", "%b %d %Y", "%Y %b %d", "%d %b %y")
SPELT_FORMS = (
    *(date + clock for clock in _CLOCKS for date in _DATES),
    "%b %d %H:%M:%S %Y",
    "%b %Y",
    "%Y %b",
    "%Y-%m-%d %H:%M:%S",
    "%m/%d/%Y %I %p",
    "%d/%m/%Y %I %p",
)
"""What :func:`plainly` makes of dates with the name of a month."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HALVES = {"am": " am", "pm": " pm"}
_UNTIL = re.compile(r"\s+(?:-|–|—|to|bis|au|al)\s+|(?<=\d)/(?=\d{4}-)")
_LETTERS = re.compile(r"[^\W\d_]+\.?")
_SHORT_YEAR = re.compile(r"(?<=[^\W\d_])\.?\s?['’-](\d\d)$")
_CENTURY_CHANGES = 69
"""Of years in two digits, as ``strptime`` has it."""


def plainly(texts: pd.Series) -> pd.Series:
    """Such as ``14 jan 2019`` for each of the examples, if that is its day: without other words.

    Of ``2026-01-05 - 2026-01-11`` the start is left.
    """
    return texts.map({text: _plainly(text) for text in texts.dropna().unique()})


def _plainly(text: str) -> str:
    start = _UNTIL.split(text.strip(), maxsplit=1)[0]
    start = start.replace("a.m.", "am").replace("p.m.", "pm")
    months = [word for word in _LETTERS.findall(start) if _month(word)]
    if not months:
        return _without_spaces(_LETTERS.sub(_half, start).replace(",", " "))
    start = _SHORT_YEAR.sub(_whole_year, start)
    start = re.sub(r"(?<=\d{4}):", " ", start)
    return _without_spaces(re.sub(r"[-/.,_'’]", " ", _LETTERS.sub(_in_english, start)))


def _month(word: str) -> str | None:
    number = month_of(word)
    return _MONTHS[int(number) - 1] if number == number else None


def _half(found: re.Match[str]) -> str:
    return _HALVES.get(found[0].lower().rstrip("."), " ")


def _in_english(found: re.Match[str]) -> str:
    month = _month(found[0])
    return _half(found) if month is None else f" {month} "


def _whole_year(found: re.Match[str]) -> str:
    year = int(found[1])
    return f" {year + (1900 if year >= _CENTURY_CHANGES else 2000)}"


def _without_spaces(text: str) -> str:
    return " ".join(text.split())
