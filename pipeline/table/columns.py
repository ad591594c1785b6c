"""What each column is to a model: numbers, categories, dates, texts, or nothing to learn from."""

import zoneinfo
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pipeline.table.encoding.dates import DateEncoder
from pipeline.table.encoding.features import ColumnEncoder
from pipeline.table.encoding.numbers import NumberEncoder
from pipeline.table.encoding.recognition import (
    CATEGORIES,
    DATES,
    NUMBERS,
    PARTS,
    PRESENCE,
    TEXTS,
    Recognised,
    recognise_numbers,
    recognise_texts,
)
from pipeline.table.encoding.written_dates import ISO, DateFormat
from pipeline.table.encoding.written_numbers import NumberReader

_EIGHT_DIGITS = (19_000_101, 21_001_231)
_LEAST_DAYS = 10


@dataclass(slots=True)
class ColumnPlan:
    """How each column is read. A column in ``dropped`` is not learned from, or, if its kind is
    ``PRESENCE``, only by being filled in or not.

    Attributes
    ----------
    kinds
        Of each column that is learned from.
    encoders
        Of the same columns, not fitted.
    dropped
        Columns with the reason for leaving them out.
    """

    kinds: dict[str, str] = field(default_factory=dict)
    encoders: dict[str, tuple[ColumnEncoder, ...]] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(self.kinds)

    @property
    def numbers(self) -> list[str]:
        return self._of(NUMBERS)

    @property
    def categories(self) -> list[str]:
        return self._of(CATEGORIES)

    @property
    def dates(self) -> list[str]:
        return self._of(DATES)

    @property
    def texts(self) -> list[str]:
        return [*self._of(TEXTS), *self._of(PARTS)]

    @property
    def presence(self) -> list[str]:
        return self._of(PRESENCE)

    def place(self, name: str, found: Recognised) -> None:
        """Note what the column ``name`` was recognised as."""
        if found.kind is not None:
            self.kinds[name] = found.kind
            self.encoders[name] = found.encoders
        if found.reason is not None:
            self.dropped[name] = found.reason

    def _of(self, kind: str) -> list[str]:
        return [name for name, found in self.kinds.items() if found == kind]


def plan_columns(frame: pd.DataFrame) -> ColumnPlan:
    """Decide for each column of the training rows, from its values only, never from the target."""
    plan = ColumnPlan()
    for name in frame.columns:
        plan.place(str(name), _recognise(str(name), frame[name]))
    return plan


def date_encoder(column: pd.Series) -> DateEncoder | None:
    """How the dates of ``column`` are read; None if it holds none."""
    found = _recognise(str(column.name), column)
    first = found.encoders[0] if found.kind == DATES else None
    return first if isinstance(first, DateEncoder) else None


def number_reader(column: pd.Series) -> NumberReader | None:
    """How numbers that ``column`` holds as text are read; None if it holds none."""
    found = _recognise(str(column.name), column)
    first = found.encoders[0] if found.kind == NUMBERS else None
    return first.written if isinstance(first, NumberEncoder) else None


def _recognise(name: str, column: pd.Series) -> Recognised:
    present = column.dropna()
    kind = column.dtype.kind
    if present.empty:
        return Recognised(None, reason="all values are missing")
    if len(present) == len(column) and bool((present == present.iloc[0]).all()):
        return Recognised(None, reason="the same value in every row")
    if kind == "M":
        return Recognised(DATES, (DateEncoder(name, ISO, _zone(column)),))
    if kind in "iu" and _are_days(present):
        return Recognised(DATES, (DateEncoder(name, DateFormat("%Y%m%d", is_number=True)),))
    if kind in "iufbm":
        return recognise_numbers(name, column)
    if isinstance(column.dtype, (pd.StringDtype, pd.CategoricalDtype)):
        return recognise_texts(name, column)
    return Recognised(None, reason="raw bytes, not text or numbers")


def _zone(column: pd.Series) -> zoneinfo.ZoneInfo | None:
    """The time zone of moments, if it has a name by which it can be stored."""
    zone = getattr(column.dtype, "tz", None)
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    return zoneinfo.ZoneInfo(name) if name else None


def _are_days(present: pd.Series) -> bool:
    """Whether whole numbers are dates written like 20260131."""
    least, most = present.min(), present.max()
    if least < _EIGHT_DIGITS[0] or most > _EIGHT_DIGITS[1]:
        return False
    distinct = np.unique(present.to_numpy(dtype=np.int64))
    month, day = distinct // 100 % 100, distinct % 100
    are_valid = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    return len(distinct) >= _LEAST_DAYS and bool(are_valid.all())
