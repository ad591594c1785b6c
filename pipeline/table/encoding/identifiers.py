"""Whole numbers that only tell rows apart, and those that look alike but tell a time or a rank."""

import re

import numpy as np

_LEAST_VALUES = 10
_SPAN = 3
_HARDLY_REPEAT = 0.95
_YEARS = (1700, 2100)
_NAMED_ID = re.compile(
    r"(?i:(^|[\W_])(id|key|uuid|guid)|^(index|rows?|row_?(names?|numbers?)|unnamed: ?\d+))$"
    r"|[a-z](Id|ID|Key)$"
)
_NAMED_TIME = re.compile(
    r"(^|[\W_])(year|quarter|month|week|day|date|hour|minute|second|time|period)s?$", re.IGNORECASE
)
_NAMED_RANK = re.compile(r"(^|[\W_])rank(ing)?$", re.IGNORECASE)


def why_identifier(name: str, distinct: np.ndarray, rows: int) -> str | None:
    """Why the whole numbers ``distinct`` (sorted) of so many rows are nothing to learn from: they
    run on from row to row, or hardly repeat in a column that is called an id or a key."""
    if is_running(distinct, rows) and not (tells_time(name, distinct) or _NAMED_RANK.search(name)):
        return "a running number, like a row identifier"
    is_unique = len(distinct) > max(_LEAST_VALUES, _HARDLY_REPEAT * rows)
    if is_unique and _NAMED_ID.search(name):
        return "a number that hardly repeats and is named like an identifier"
    return None


def is_running(distinct: np.ndarray, rows: int) -> bool:
    """Whether each row has a number of its own, and most numbers of their range are there."""
    if rows <= _LEAST_VALUES or len(distinct) < rows:
        return False
    return int(distinct[-1]) - int(distinct[0]) + 1 <= _SPAN * rows


def tells_time(name: str, distinct: np.ndarray) -> bool:
    """Whether running numbers are years, or counted in what the column is called after."""
    are_years = _YEARS[0] <= distinct[0] and distinct[-1] <= _YEARS[1]
    return bool(are_years or _NAMED_TIME.search(name))
