"""Whole numbers that count the periods of a series, where nothing tells of which dates."""

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.series.calendar import Calendar, Unit
from pipeline.series.part_names import tells_time
from pipeline.table.values import numbers

COUNTED = "numbers of periods"
_NAMED = re.compile(
    r"(?:t|periods?|steps?|ticks?|obs|observations?|seq|sequence|index|idx|unnamed: ?0)",
    re.IGNORECASE,
)
_ORIGIN = np.datetime64("2000-01-01", "us")
_DAY = np.timedelta64(86_400 * 1_000_000, "us")
_FEWEST, _LARGEST = 4, 1_000_000
_FILLED_SHARE = 0.8


def may_count(name: str) -> bool:
    """Whether a name such as ``time``, ``week`` or ``t`` is one of a column that counts periods."""
    return tells_time(name) or _NAMED.fullmatch(name.strip()) is not None


def counts(column: pd.Series) -> bool:
    """Whether a column holds whole numbers at equal distances, of which few are missing."""
    if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        return False
    told = numbers(column)
    different = np.unique(told[np.isfinite(told)])
    if len(different) < _FEWEST or (different % 1 != 0).any():
        return False
    if different[0] < 0 or different[-1] > _LARGEST:
        return False
    step = np.gcd.reduce(np.diff(different).astype(np.int64))
    return bool(len(different) >= _FILLED_SHARE * ((different[-1] - different[0]) / step + 1))


def read_counted(column: pd.Series) -> pd.DatetimeIndex:
    """A day for each number, which lets all arithmetic on times be the same."""
    told = numbers(column)
    is_number = (np.abs(told) <= _LARGEST) & (told % 1 == 0)
    days = np.where(is_number, told, 0).astype(np.int64) * _DAY
    return pd.DatetimeIndex(np.where(is_number, _ORIGIN + days, np.datetime64("NaT", "us")))


def tell_counted(times: pd.DatetimeIndex) -> pd.Series:
    """The numbers that :func:`read_counted` made these days of."""
    return pd.Series(_numbers(times))


def counted_calendar(times: pd.DatetimeIndex) -> Calendar:
    """The calendar of different times: its step divides all distances."""
    steps = np.diff(_numbers(times.sort_values()))
    return Calendar(unit=Unit.NUMBER, step=int(np.gcd.reduce(steps)), origin=times.min())


def _numbers(times: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    return np.asarray((times.as_unit("us").to_numpy() - _ORIGIN) // _DAY, dtype=np.int64)
