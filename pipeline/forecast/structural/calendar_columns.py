"""Columns that depend on the calendar alone, computed once per process and shared by products.

Products and backtest windows of one job lie on the same calendar, so what is kept is the table of
a long stretch of it; a fit or a forecast takes a slice.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar, content_key
from pipeline.forecast.recent import Recent
from pipeline.forecast.structural.fourier import waves, waves_key
from pipeline.forecast.structural.holidays import HolidayColumns, Holidays
from pipeline.forecast.structural.structure import Seasonality

Matrix = NDArray[np.float64]
Times = NDArray[np.datetime64]

# 64 MB in all: a tenth of what a worker may take.
_MOST_NUMBERS = 8_000_000
_MOST_CALENDARS = 64


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The columns of regular times from ``first`` on, every ``step`` (both in nanoseconds)."""

    first: int
    step: int
    table: Matrix

    def covers(self, first: int, last: int) -> bool:
        return self.first <= first and last < self.first + self.step * len(self.table)

    def part(self, first: int, rows: int) -> Matrix:
        begin = (first - self.first) // self.step
        return self.table[begin : begin + rows]


_STRETCHES = Recent(_MOST_NUMBERS)
_LAID_OUT = Recent(_MOST_CALENDARS)
_HOLIDAYS = Recent(_MOST_CALENDARS)


def calendar_columns(
    times: Times, seasonalities: tuple[Seasonality, ...], holidays: Holidays
) -> Matrix:
    """The waves of the seasonalities, then the holidays: one row per time; not to be written to.

    Parameters
    ----------
    times
        Sorted, shape ``(n,)``, at least one.
    """
    columns = holiday_columns(holidays)
    ticks = times.astype("datetime64[ns]").astype(np.int64)
    step = _regular_step(ticks)
    width = 2 * sum(one.order for one in seasonalities) + len(columns.names)
    if step is None or 2 * len(ticks) * width > _MOST_NUMBERS // 2:
        return _table(times, seasonalities, columns)
    first, last = int(ticks[0]), int(ticks[-1])
    key = step, first % step, waves_key(seasonalities), columns
    stretch = _STRETCHES.get(key, _Stretch)
    if stretch is None or not stretch.covers(first, last):
        stretch = _longer(stretch, first, last, step, seasonalities, columns)
        _STRETCHES.put(key, stretch, stretch.table.size)
    return stretch.part(first, len(ticks))


@lru_cache(maxsize=_MOST_CALENDARS)
def holiday_columns(holidays: Holidays) -> HolidayColumns:
    """The laid-out columns of holidays: the same object for holidays that say the same."""
    return _LAID_OUT.remembered(holidays.key, HolidayColumns, holidays.columns)


def holidays_of(calendar: HolidayCalendar) -> Holidays:
    """The holidays and events of a calendar, remembered."""
    return _HOLIDAYS.remembered(
        content_key(calendar), Holidays, lambda: Holidays.from_frame(calendar.frame())
    )


def _regular_step(ticks: NDArray[np.int64]) -> int | None:
    """The distance of the times, if it is always the same; a single time has none."""
    if len(ticks) < 2:
        return None
    steps = np.diff(ticks)
    return int(steps[0]) if steps[0] > 0 and (steps == steps[0]).all() else None


def _longer(
    known: _Stretch | None,
    first: int,
    last: int,
    step: int,
    seasonalities: tuple[Seasonality, ...],
    columns: HolidayColumns,
) -> _Stretch:
    """A stretch with room on both sides for other windows and products, and what was known."""
    room = (last - first) // (2 * step) * step
    begin, end = first - room, last + room
    width = 2 * sum(one.order for one in seasonalities) + len(columns.names)
    if known is not None:
        joined = min(begin, known.first), max(end, known.first + step * (len(known.table) - 1))
        if (joined[1] - joined[0]) // step * width <= _MOST_NUMBERS // 2:
            begin, end = joined
    times = np.arange(begin, end + 1, step, dtype=np.int64).astype("datetime64[ns]")
    table = _table(times, seasonalities, columns)
    table.setflags(write=False)
    return _Stretch(begin, step, table)


def _table(times: Times, seasonalities: tuple[Seasonality, ...], columns: HolidayColumns) -> Matrix:
    table = waves(times, seasonalities)
    return np.hstack([table, columns.at(times)]) if columns.names else table
