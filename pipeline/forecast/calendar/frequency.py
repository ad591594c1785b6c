"""How often a product's rows come, and the regular calendar that follows from it."""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, reduce

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import InvalidDataError

DAYS_PER_MONTH = 30.4375
_SHORTEST_MONTH_DAYS = 28
_HOURS_SINCE_MONDAY = 72
"""At the beginning of 1970, a Thursday."""
_GRIDS_KEPT = 64
"""Products of a shop lie on a few calendars: half a megabyte for two years of days."""

Stamps = NDArray[np.datetime64]


class Unit(StrEnum):
    """What one row covers."""

    HOUR = "hourly"
    DAY = "daily"
    WEEK = "weekly"
    MONTH = "monthly"


@dataclass(frozen=True, slots=True)
class Frequency:
    """A regular calendar: rows every ``step`` units.

    ``at_month_end`` says that monthly rows carry the last day of the month.
    """

    unit: Unit
    step: int = 1
    at_month_end: bool = False

    @property
    def name(self) -> str:
        """Such as ``daily`` or ``every 2 hours``."""
        return self.unit.value if self.step == 1 else f"every {self.step} hours"

    @property
    def is_daily_or_finer(self) -> bool:
        """Whether a row lies within one day."""
        return self.unit in (Unit.HOUR, Unit.DAY)

    def grid(self, start: pd.Timestamp, rows: int) -> pd.DatetimeIndex:
        """``rows`` time stamps from ``start`` on, ``start`` included."""
        return _grid(self, start, rows)

    def ends(self, ds: pd.DatetimeIndex) -> pd.DatetimeIndex:
        """The end of the period that begins at each time stamp."""
        if self.unit is Unit.MONTH:
            return _months_later(ds.values, 1, at_month_end=self.at_month_end)
        return ds + pd.Timedelta(hours=self.hours)

    def rows_between(self, start: pd.Timestamp, stop: pd.Timestamp) -> int:
        """How many rows lie after ``start`` up to ``stop``."""
        if self.unit is Unit.MONTH:
            return (stop.year - start.year) * 12 + stop.month - start.month
        return int((stop - start) // pd.Timedelta(hours=self.hours))

    def steps_after(self, last: pd.Timestamp, ds: pd.DatetimeIndex) -> NDArray[np.int64]:
        """The distance of each time stamp from ``last`` in rows."""
        if self.unit is Unit.MONTH:
            return months_of(ds.values) - months_of(last.to_datetime64())
        distance = ds.values - last.to_datetime64()
        return distance // np.timedelta64(self.hours, "h")

    def horizon_rows(self, days: int) -> int:
        """How many rows cover ``days`` days, at least one."""
        if self.unit is Unit.MONTH:
            return max(1, round(days / DAYS_PER_MONTH))
        return max(1, math.ceil(days * 24 / self.hours))

    def days(self, rows: int) -> int:
        """How many days ``rows`` rows cover."""
        if self.unit is Unit.MONTH:
            return round(rows * DAYS_PER_MONTH)
        return math.floor(rows * self.hours / 24)

    def season(self, rows: int) -> int:
        """Rows after which the pattern repeats, or 1 where ``rows`` show fewer than two seasons."""
        lengths = {
            Unit.HOUR: (168 // self.step, 24 // self.step),
            Unit.DAY: (7,),
            Unit.WEEK: (52,),
            Unit.MONTH: (12,),
        }
        return next((length for length in lengths[self.unit] if 2 * length <= rows), 1)

    @property
    def rhythm(self) -> int:
        """Rows of the cycle that recent levels are averaged over, whatever the history's length."""
        return {Unit.HOUR: 168 // self.step, Unit.DAY: 7, Unit.WEEK: 4, Unit.MONTH: 12}[self.unit]

    def window(self, rows: int) -> int:
        """Rows of one backtest window for a history of ``rows`` rows."""
        nominal, least = {
            Unit.HOUR: (7 * 24 // self.step, 24 // self.step),
            Unit.DAY: (28, 7),
            Unit.WEEK: (8, 1),
            Unit.MONTH: (6, 1),
        }[self.unit]
        return min(nominal, max(least, rows // 6), max(1, rows // 4))

    def slots(self, ds: pd.DatetimeIndex) -> NDArray[np.int64]:
        """The place of each time stamp in its season (weekday, hour of the week, week, month)."""
        stamps = ds.values
        if self.unit is Unit.MONTH:
            return months_of(stamps) % 12
        if self.unit is Unit.WEEK:
            return (day_of_year(stamps) - 1) // 7
        hours = stamps.astype("datetime64[h]").astype(np.int64)
        since_monday = (hours + _HOURS_SINCE_MONDAY) % 168
        return since_monday if self.unit is Unit.HOUR else since_monday // 24

    @property
    def hours(self) -> int:
        """Of a row that is not a month."""
        return {Unit.HOUR: self.step, Unit.DAY: 24, Unit.WEEK: 168}[self.unit]


def day_of_each(ds: pd.DatetimeIndex) -> Stamps:
    """The day of each time stamp; ``to_numpy`` takes ten times as long as ``values``."""
    return np.asarray(ds.values.astype("datetime64[D]"))


def day_of_year(stamps: Stamps) -> NDArray[np.int64]:
    """1 to 366, in a fraction of the time that pandas takes."""
    days = stamps.astype("datetime64[D]")
    since = days - days.astype("datetime64[Y]").astype("datetime64[D]")
    return np.asarray(since.astype(np.int64) + 1)


def months_of(stamps: Stamps | np.datetime64) -> NDArray[np.int64]:
    """Since January 1970."""
    return np.asarray(stamps.astype("datetime64[M]").astype(np.int64))


def _months_later(
    stamps: Stamps, count: int | NDArray[np.int64], *, at_month_end: bool
) -> pd.DatetimeIndex:
    """As far into the month, or before its end, so many months after each time stamp."""
    months = stamps.astype("datetime64[M]") + int(at_month_end)
    into = stamps.astype("datetime64[ns]") - months.astype("datetime64[ns]")
    return pd.DatetimeIndex((months + count).astype("datetime64[ns]") + into)


@lru_cache(maxsize=_GRIDS_KEPT)
def _grid(frequency: Frequency, start: pd.Timestamp, rows: int) -> pd.DatetimeIndex:
    if rows <= 0:
        return pd.DatetimeIndex([], dtype="datetime64[ns]")
    if frequency.unit is Unit.MONTH:
        first = np.array([start.to_datetime64()])
        return _months_later(first, np.arange(rows), at_month_end=frequency.at_month_end)
    hours = np.arange(rows) * np.timedelta64(frequency.hours, "h")
    return pd.DatetimeIndex(start.to_datetime64() + hours, dtype="datetime64[ns]")


def infer_frequency(ds: pd.DatetimeIndex) -> Frequency:
    """The coarsest frequency on whose calendar every time stamp lies.

    Parameters
    ----------
    ds
        At least two sorted time stamps without duplicates.

    Raises
    ------
    InvalidDataError
        If rows are finer than an hour.
    """
    minutes = np.asarray(np.diff(ds.values) / np.timedelta64(1, "m"), dtype=float)
    if (minutes % 60 != 0).any():
        raise InvalidDataError(
            "Column ds has time stamps that are not whole hours apart; accepted are hourly to"
            " monthly rows: add finer rows up to hours"
        )
    hours = (minutes // 60).astype(np.int64)
    if (hours % 24 != 0).any():
        step = int(reduce(math.gcd, hours.tolist()))
        return Frequency(Unit.HOUR, step if 24 % step == 0 else math.gcd(step, 24))
    if _is_monthly(ds, hours):
        return Frequency(Unit.MONTH, at_month_end=bool(ds.is_month_end.all()))
    if (hours % 168 == 0).all() and np.median(hours) == 168:
        return Frequency(Unit.WEEK)
    return Frequency(Unit.DAY)


def _is_monthly(ds: pd.DatetimeIndex, hours: NDArray[np.int64]) -> bool:
    if hours.min() < _SHORTEST_MONTH_DAYS * 24:
        return False
    same_day = len(set(ds.day)) == 1 and ds.day[0] <= 28
    return bool((same_day or ds.is_month_end.all()) and np.median(hours) <= 31 * 24)
