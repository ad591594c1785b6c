"""The two nights a year on which the clock of a shop is changed, in hourly rows.

In spring an hour of the night does not exist: nothing is known of it, which is not the same as
nothing sold. In autumn an hour comes twice under one time stamp: its sales are added up. Which
zone a shop lies in is not asked: zones change their clocks on a Sunday (a few on a Friday or
Saturday) in the small hours, and never hide or repeat more than one hour.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SMALL_HOURS = 4
MONTHS = (3, 4, 9, 10, 11)
"""In which any zone has changed its clock in the last thirty years, as far as shops remember."""

Mask = NDArray[np.bool_]


def may_be_changed(ds: pd.DatetimeIndex) -> Mask:
    """Whether a clock may have been changed at each time stamp."""
    night = (ds.hour < SMALL_HOURS) & np.isin(ds.day_of_week, (4, 5, 6))
    return np.asarray(night & np.isin(ds.month, MONTHS))


def hidden_hours(ds: pd.DatetimeIndex, is_absent: Mask) -> Mask:
    """Of the hourly rows of a calendar those that are absent alone where a clock may be changed.

    At most one row of a spring or autumn can be hidden; where more are absent, it is for other
    reasons.
    """
    alone = is_absent.copy()
    alone[1:] &= ~is_absent[:-1]
    alone[:-1] &= ~is_absent[1:]
    rows = np.flatnonzero(alone & may_be_changed(ds))
    half_years = ds.year[rows] * 2 + (ds.month[rows] > 6)
    _, place, count = np.unique(half_years, return_inverse=True, return_counts=True)
    hidden = np.zeros(len(ds), dtype=np.bool_)
    hidden[rows[count[place] == 1]] = True
    return hidden


def is_doubled_hour(stamps: pd.DatetimeIndex) -> bool:
    """Whether all repeated ones of sorted time stamps are hours that came twice in an autumn."""
    repeated = stamps[stamps.duplicated()]
    is_once = not repeated.has_duplicates and not repeated.year.has_duplicates
    return bool(is_once and may_be_changed(repeated).all() and _is_hourly(stamps))


def added_up(clean: pd.DataFrame, time: str, sums: tuple[str, ...]) -> pd.DataFrame:
    """One row per time stamp: columns in ``sums`` added up, the first known value of others."""
    how = dict.fromkeys(clean.columns.drop(time), "first")
    by_time = clean.groupby(time, as_index=False)
    merged = by_time.agg(how)
    for name in set(sums) & set(how):
        merged[name] = by_time[name].sum(min_count=1)[name]
    return merged[clean.columns]


def _is_hourly(stamps: pd.DatetimeIndex) -> bool:
    gaps = np.diff(stamps.unique().to_numpy()) / np.timedelta64(1, "h")
    return bool(len(gaps) and np.median(gaps) == 1)
