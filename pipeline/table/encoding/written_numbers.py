"""Numbers as people write them: with units, currencies, percent signs and separators."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pipeline.table.values import plain_number

_WRITTEN = re.compile(
    r"(?P<before>\D*?)(?P<digits>[-+]?(?:\d[\d.,'’\s]*|[.,]\d+)(?:[eE][-+]?\d+)?)\s*(?P<after>\D*)"
)
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?\s*([ap]\.?m\.?)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[-+]?\d{1,3}([.,'’\s]\d{3})+")
_CURRENCIES = frozenset({"usd", "eur", "gbp", "chf", "inr", "rs", "rs.", "us$", "r$", "a$", "c$"})
_SCALES = {"": 1.0, "k": 1e3, "m": 1e6, "mio": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9}
_READ_SHARE = 0.98
_MIXED_SHARE = 0.6
_MOST_BEFORE = 3
_MOST_AFTER = 5
_MOST_OTHER = 10


class NumberReader(Protocol):
    """Reads the numbers of one column from text."""

    @property
    def has_units(self) -> bool:
        """Whether what stands beside the number, or instead of it, differs from row to row."""
        ...

    def read(self, text: str) -> float:
        """The number, or NaN if the text is none."""
        ...

    def unit(self, text: str) -> str:
        """What stands beside the number, or the whole text if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How the texts of one column write numbers; the default is the way of program code.

    Attributes
    ----------
    decimal
        What separates the fraction; the other separators are of thousands.
    is_decorated
        Whether there is anything beside the number: a unit, a currency, separators of thousands.
    has_scales
        Whether k, M and B after the number multiply it.
    has_units
        See ``NumberReader``.
    """

    decimal: str = "."
    is_decorated: bool = False
    has_scales: bool = False
    has_units: bool = False

    def read(self, text: str) -> float:
        if not self.is_decorated:
            return plain_number(text)
        written = _WRITTEN.fullmatch(text.strip())
        if written is None:
            return np.nan
        number = plain_number(_plain_digits(written["digits"], self.decimal))
        before, after = written["before"].strip(), written["after"].strip()
        if before.startswith("-") or (before.startswith("(") and after.endswith(")")):
            number = -number
        return number * _SCALES.get(after.lower(), np.nan) if self.has_scales else number

    def unit(self, text: str) -> str:
        written = _WRITTEN.fullmatch(text)
        return text if written is None else f"{written['before'].strip()}…{written['after']}"


PLAIN = NumberFormat()


@dataclass(frozen=True, slots=True)
class ClockFormat:
    """Times such as 7:30, 19:30:15 or 7:30 PM, in seconds."""

    has_units: bool = False

    def read(self, text: str) -> float:
        found = _CLOCK.fullmatch(text.strip())
        if found is None:
            return plain_number(text)
        hours, minutes, seconds, half = found.groups()
        hour = float(hours)
        if half:
            hour = hour % 12 + (12 if half[0].lower() == "p" else 0)
        return hour * 3600 + float(minutes) * 60 + float(seconds or 0)

    def unit(self, text: str) -> str:
        return text


def find_number_format(sample: Sequence[str]) -> NumberReader | None:
    """How the texts of ``sample`` write numbers; None unless nearly all of them do, or most do and
    the others are a few words. Digits with a leading zero are codes, not amounts."""
    if any(re.fullmatch(r"0\d+", text) for text in sample):
        return None
    if np.mean([not np.isnan(plain_number(text)) for text in sample]) >= _READ_SHARE:
        return PLAIN
    if np.mean([_CLOCK.fullmatch(text) is not None for text in sample]) >= _READ_SHARE:
        return ClockFormat()
    return _find_decorated(sample)


def _find_decorated(sample: Sequence[str]) -> NumberFormat | None:
    found = [(text, _WRITTEN.fullmatch(text)) for text in sample]
    written = [one for _, one in found if one is not None]
    others = {text for text, one in found if one is None}
    if len(written) < _MIXED_SHARE * len(sample) or len(others) > _MOST_OTHER:
        return None
    before = Counter(one["before"].strip() for one in written)
    after = Counter(one["after"].strip() for one in written)
    if not all(_is_ornament(text) for text in before) or len(before) > _MOST_BEFORE:
        return None
    has_scales = len(after) > 1 and {text.lower() for text in after} <= set(_SCALES)
    if len(after) > _MOST_AFTER and not has_scales:
        return None
    return NumberFormat(
        decimal=_decimal_mark([one["digits"] for one in written]),
        is_decorated=True,
        has_scales=has_scales,
        has_units=bool(others) or (len(after) > 1 and not has_scales) or len(before) > 1,
    )


def _is_ornament(before: str) -> bool:
    """Signs and currencies stand before amounts; other letters make a code of it, like sku-12."""
    return before.lower() in _CURRENCIES or not any(one.isalpha() for one in before)


def _decimal_mark(digits: Sequence[str]) -> str:
    both = [text for text in digits if "," in text and "." in text]
    if both:
        return "," if both[0].rfind(",") > both[0].rfind(".") else "."
    for mark, other in ((",", "."), (".", ",")):
        marked = [text.strip() for text in digits if mark in text]
        if marked:
            are_thousands = all(_THOUSANDS.fullmatch(text) for text in marked)
            is_sure = mark == "," or any(text.count(mark) > 1 for text in marked)
            return other if are_thousands and is_sure else mark
    return "."


def _plain_digits(digits: str, decimal: str) -> str:
    kept = re.sub(r"['’\s]", "", digits).rstrip(".,")
    if decimal == ",":
        return kept.replace(".", "").replace(",", ".")
    return kept.replace(",", "")
