"""Dates as the parts that habits follow: the month, the weekday, the hour."""

import datetime as dt
from typing import Self

import numpy as np
import numpy.typing as npt

from pipeline.table import values
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Feature
from pipeline.table.encoding.written_dates import DateFormat
from pipeline.table.values import Cells

_MICROSECONDS_PER_HOUR = 3_600_000_000
_DAYS_PER_YEAR = 365.2425
_NUMBERS = ("year", "month", "day", "weekday", "day of year", "hour", "days since 1970")
_WAVES = ("year, sine", "year, cosine", "day, sine", "day, cosine", "weekend")
_CODES = (("month", 14), ("weekday", 9), ("hour", 26))


class DateEncoder:
    """Parts of one column of dates."""

    def __init__(self, name: str, written: DateFormat, zone: dt.tzinfo | None = None) -> None:
        self.written = written
        self.zone = zone
        self.numbers = (
            *(Feature(f"{name}: {part}", name) for part in _NUMBERS),
            *(Feature(f"{name}: {part}", name, is_restated=True) for part in _WAVES),
        )
        self.codes = tuple(
            Feature(f"{name}: {part}", name, codes, is_restated=True) for part, codes in _CODES
        )

    def fit(self, cells: Cells) -> Self:  # noqa: ARG002 - the calendar is known
        return self

    def moments(self, cells: Cells) -> npt.NDArray[np.datetime64]:
        """Dates as the clock on the wall showed them."""
        if self.written.is_number:
            cells = np.array(values.texts(cells), dtype=object)
        return values.moments(cells, self.written.read, self.zone)

    def can_read(self, text: str) -> bool:
        """Whether ``text`` is a date."""
        if self.written.is_number or not text.isdigit():
            return self.written.read(text) is not None
        return False

    def write(self, cells: Cells, out: Encoded) -> None:
        moments = self.moments(cells)
        is_missing = np.isnat(moments)
        moments = np.where(is_missing, np.datetime64(0, "us"), moments)
        day = moments.astype("datetime64[D]")
        month = day.astype("datetime64[M]")
        year = day.astype("datetime64[Y]")
        days = day.astype(np.int64)
        of_year = days - year.astype("datetime64[D]").astype(np.int64)
        hour = (moments - day).astype(np.int64) / _MICROSECONDS_PER_HOUR
        month_number = month.astype(np.int64) - year.astype("datetime64[M]").astype(np.int64)
        weekday = (days + 3) % 7
        in_year = 2 * np.pi * of_year / _DAYS_PER_YEAR
        in_day = 2 * np.pi * hour / 24
        parts = (
            year.astype(np.int64) + 1970,
            month_number + 1,
            days - month.astype("datetime64[D]").astype(np.int64) + 1,
            weekday,
            of_year + 1,
            hour,
            days + hour / 24,
            np.sin(in_year),
            np.cos(in_year),
            np.sin(in_day),
            np.cos(in_day),
            weekday >= 5,
        )
        for place, part in enumerate(parts):
            out.numbers[:, place] = part
        out.numbers[is_missing] = np.nan
        for place, part in enumerate((month_number, weekday, hour)):
            out.codes[:, place] = part.astype(np.int32) + 2
        out.codes[is_missing] = 0
