"""What the surroundings of a shop usually are at a time of the year: the forecast for days that no
service forecasts.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DAYS_OF_YEAR = 366
WINDOW_DAYS = 10
QUARTERS = 4

Values = NDArray[np.float64]


class Rhythm(StrEnum):
    """What a value depends on most: the day of the year, or weekday and quarter of the year."""

    YEAR = "year"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Climatology:
    """Usual values by place in the rhythm, and how far days usually lie from them."""

    rhythm: Rhythm
    usual: Values
    spread: float

    def at(self, ds: pd.DatetimeIndex) -> Values:
        """The usual value at each time stamp."""
        return self.usual[_places(ds, self.rhythm)]


def fit_climatology(ds: pd.DatetimeIndex, values: Values, rhythm: Rhythm) -> Climatology:
    """Learn the usual values from the past; missing ones do not count.

    Parameters
    ----------
    ds, values
        Time stamps and what was observed then, at least one value.
    rhythm
        For ``YEAR`` the mean over all days that lie at most ten days apart in the year, whatever
        the year; for ``WEEK`` the mean of the weekday within the quarter. Where a place of the
        rhythm was never observed: for ``YEAR`` the mean of all, for ``WEEK`` that of the weekday.
    """
    known = np.isfinite(values)
    ds, values = ds[known], values[known]
    mean = float(values.mean())
    if rhythm is Rhythm.YEAR:
        usual = _by_day_of_year(_places(ds, rhythm), values, mean)
    else:
        usual = _by_weekday_and_quarter(_places(ds, rhythm), values, mean)
    spread = float(np.std(values - usual[_places(ds, rhythm)]))
    return Climatology(rhythm, usual, spread)


def _places(ds: pd.DatetimeIndex, rhythm: Rhythm) -> NDArray[np.int64]:
    if rhythm is Rhythm.YEAR:
        return np.asarray(ds.day_of_year - 1, dtype=np.int64)
    return np.asarray(ds.day_of_week * QUARTERS + ds.quarter - 1, dtype=np.int64)


def _by_day_of_year(places: NDArray[np.int64], values: Values, mean: float) -> Values:
    sums, counts = _sums(places, values, DAYS_OF_YEAR)
    return _mean_or(_over_window(sums), _over_window(counts), np.full(DAYS_OF_YEAR, mean))


def _over_window(of_day: Values) -> Values:
    """Sums over the days around each day; the year is a ring."""
    ring = np.concatenate([of_day[-WINDOW_DAYS:], of_day, of_day[:WINDOW_DAYS]])
    return np.convolve(ring, np.ones(2 * WINDOW_DAYS + 1), mode="valid")


def _by_weekday_and_quarter(places: NDArray[np.int64], values: Values, mean: float) -> Values:
    sums, counts = (of.reshape(7, QUARTERS) for of in _sums(places, values, 7 * QUARTERS))
    weekday = _mean_or(sums.sum(axis=1), counts.sum(axis=1), np.full(7, mean))
    return _mean_or(sums, counts, np.repeat(weekday[:, None], QUARTERS, axis=1)).ravel()


def _sums(places: NDArray[np.int64], values: Values, size: int) -> tuple[Values, Values]:
    """The sum of the values at each place, and how many there are."""
    sums = np.bincount(places, weights=values, minlength=size)
    return sums.astype(np.float64), np.bincount(places, minlength=size).astype(np.float64)


def _mean_or(sums: Values, counts: Values, otherwise: Values) -> Values:
    return np.divide(sums, counts, out=otherwise.copy(), where=counts > 0.5)
