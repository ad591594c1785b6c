"""Calendar columns of regular time stamps, computed once per process in blocks.

Products of a shop, and the windows of a backtest, lie on the same calendar: each of them takes
slices of the same few blocks.
"""

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.candidates.features import calendar_columns

BLOCK_ROWS = 1024
MOST_BLOCKS = 64
"""About 7 MB."""
_HOURS = {Unit.HOUR: 1, Unit.DAY: 24, Unit.WEEK: 168}
_HOUR_NS = 3_600_000_000_000


def calendar_table(
    ds: pd.DatetimeIndex, frequency: Frequency, holidays: HolidayCalendar
) -> NDArray[np.float64]:
    """One row per time stamp with the columns of `calendar_columns`; not to be written to."""
    ticks = ds.values.astype("datetime64[ns]").astype(np.int64)
    days = holidays.dates.astype("datetime64[D]").astype(np.int64).tobytes()
    if frequency.unit is Unit.MONTH:
        return _months(ticks.tobytes(), frequency, days)
    step = _HOURS[frequency.unit] * frequency.step * _HOUR_NS
    if not len(ticks) or (np.diff(ticks) != step).any():
        return calendar_columns(ds, frequency, holidays)
    places, phase = ticks // step, int(ticks[0] % step)
    first, last = int(places[0]) // BLOCK_ROWS, int(places[-1]) // BLOCK_ROWS
    blocks = [
        _block(number * BLOCK_ROWS * step + phase, frequency, days)
        for number in range(first, last + 1)
    ]
    start = int(places[0]) - first * BLOCK_ROWS
    table = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
    return table[start : start + len(ticks)]


@lru_cache(maxsize=MOST_BLOCKS)
def _block(start: int, frequency: Frequency, days: bytes) -> NDArray[np.float64]:
    return _table(frequency.grid(pd.Timestamp(start), BLOCK_ROWS), frequency, days)


@lru_cache(maxsize=MOST_BLOCKS)
def _months(ticks: bytes, frequency: Frequency, days: bytes) -> NDArray[np.float64]:
    """Months have no even distances to cut blocks at, and are few."""
    ds = pd.DatetimeIndex(np.frombuffer(ticks, dtype=np.int64).astype("datetime64[ns]"))
    return _table(ds, frequency, days)


def _table(ds: pd.DatetimeIndex, frequency: Frequency, days: bytes) -> NDArray[np.float64]:
    dates = np.frombuffer(days, dtype=np.int64).astype("datetime64[D]")
    calendar = HolidayCalendar(dates=dates, names=("",) * len(dates))
    table = calendar_columns(ds, frequency, calendar)
    table.setflags(write=False)
    return table
