"""Dates as people write them, where the texts of a column leave no doubt."""

import datetime as dt
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?|\d{8}T\d{2,6}.*")
_DATES = (
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d %Y",
    "%B %d %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%a, %d %b %Y",
    "%Y-%m",
    "%Y/%m",
    "%b %Y",
    "%B %Y",
    "%b-%Y",
    "%b-%y",
)
_TIMES = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S %z", " %H:%M:%S.%f")
_WHOLE = ("%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %z %Y", "%Y-%m-%d %H:%M:%S %Z")
_PATTERNS = (*(date + time for date, time in itertools.product(_DATES, _TIMES)), *_WHOLE)
_OFFSETS = [sign + rest for sign in "+-" for rest in ("0", "0:0", "0:0:0")]
_DIRECTIVES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys("abBpZ", ("a",)),
    **dict.fromkeys("YymdHIMSf", ("0",)),
    "z": (*_OFFSETS, "a"),
}
"""What digits and letters each part of a pattern reads."""
_DIGITS, _LETTERS, _SPACES = re.compile(r"\d+"), re.compile(r"[^\W\d_]+"), re.compile(r"\s+")
_READ_SHARE = 0.98
_FIRST_LOOK = 12
_LONGEST = 40
_YEARS = (1900, 2100)


@dataclass(frozen=True, slots=True)
class DateFormat:
    """How the texts of one column write dates: as ``strptime`` reads ``pattern``, or ISO 8601,
    which is understood in any case.

    Attributes
    ----------
    pattern
        None for ISO 8601.
    is_number
        Whether the column holds whole numbers such as 20260131.
    """

    pattern: str | None = None
    is_number: bool = False

    def read(self, text: str) -> dt.datetime | None:
        """The moment, or None if the text is none."""
        if self.pattern is not None:
            found = _parsed(text, self.pattern)
            if found is not None:
                return found
        try:
            return dt.datetime.fromisoformat(text)
        except ValueError:
            return None


ISO = DateFormat()


def find_date_format(sample: Sequence[str]) -> DateFormat | None:
    """How the texts of ``sample`` write dates; None unless nearly all of them do, in one way.

    Where days and months could change places in every text, as in 03/04/2025, it stays open which
    is which, and the answer is None.
    """
    if not all(any(c.isdigit() for c in text) and len(text) <= _LONGEST for text in sample[:50]):
        return None
    if _share(sample[:_FIRST_LOOK], _is_iso) > 0.5:
        return ISO if _share(sample, _is_iso) >= _READ_SHARE else None
    shapes = {_shape(text) for text in sample[:_FIRST_LOOK]}
    possible = [one for one in _PATTERNS if not _SHAPES[one].isdisjoint(shapes)]
    likely = [one for one in possible if _date_share(sample[:_FIRST_LOOK], one) > 0.5]
    sure = [one for one in likely if _date_share(sample, one) >= _READ_SHARE]
    readings = {tuple(_parsed(text, pattern) for text in sample[:200]) for pattern in sure}
    return DateFormat(sure[0]) if len(readings) == 1 else None


def _shape(text: str) -> str:
    """Such as ``0/0/0 0:0 a`` for 31/01/2026 2:30 PM."""
    return _SPACES.sub(" ", _LETTERS.sub("a", _DIGITS.sub("0", text)))


def _shapes(pattern: str) -> frozenset[str]:
    """Of the texts that ``strptime`` may read by a pattern; it takes its time over each other one,
    of which columns of numbers and codes are full."""
    literals = re.split(r"%(.)", pattern)
    choices = [_DIRECTIVES[part] if place % 2 else (part,) for place, part in enumerate(literals)]
    return frozenset(_DIGITS.sub("0", "".join(parts)) for parts in itertools.product(*choices))


_SHAPES = {pattern: _shapes(pattern) for pattern in _PATTERNS}


def _share(sample: Sequence[str], is_so: Callable[[str], bool]) -> float:
    return sum(map(is_so, sample)) / len(sample)


def _is_iso(text: str) -> bool:
    return _ISO.fullmatch(text) is not None and ISO.read(text) is not None


def _date_share(sample: Sequence[str], pattern: str) -> float:
    found = (_parsed(text, pattern) for text in sample)
    likely = (one is not None and _YEARS[0] <= one.year <= _YEARS[1] for one in found)
    return sum(likely) / len(sample)


def _parsed(text: str, pattern: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, pattern)  # noqa: DTZ007 - most patterns have no time zone
    except ValueError:
        return None
