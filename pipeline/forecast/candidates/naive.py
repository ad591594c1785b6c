"""The simple candidates: what came a season ago, what usually comes, a straight line."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.history.prepared import History

SEASONS_REMEMBERED = 8
SEASONS_FOR_MEDIANS = 26
"""Half a year of weeks: where most is sold in lumps, fewer tell little about what is usual."""
MEDIAN_SHARE = 0.75
"""The rest is the mean, so that what sells now and then is not forecast to sell nothing."""
LUMPS = 1.1
"""Sales come in lumps where they are so many times what sells usually: on other products the
median knows nothing that other methods do not."""


@dataclass(frozen=True, slots=True)
class SeasonalNaive:
    """Repeats the last season."""

    last_season: NDArray[np.float64]

    def predict(self, future: pd.DataFrame) -> NDArray[np.float64]:
        places = (future["step"].to_numpy(dtype=np.int64) - 1) % len(self.last_season)
        return np.take(self.last_season, places)


@dataclass(frozen=True, slots=True)
class SeasonalMean:
    """A value for each place of the season (weekday, hour of the week, …)."""

    frequency: Frequency
    means: dict[int, float]
    overall: float

    def predict(self, future: pd.DataFrame) -> NDArray[np.float64]:
        slots = self.frequency.slots(pd.DatetimeIndex(future["ds"]))
        return np.array([self.means.get(int(slot), self.overall) for slot in slots])


@dataclass(frozen=True, slots=True)
class Drift:
    """The mean of the last season, moved on by the average change between seasons."""

    level: float
    slope: float

    def predict(self, future: pd.DataFrame) -> NDArray[np.float64]:
        return np.maximum(self.level + self.slope * future["step"].to_numpy(dtype=float), 0.0)


def fit_seasonal_naive(history: History, _context: FitContext) -> SeasonalNaive:
    """Keep the last season."""
    return SeasonalNaive(history.filled[-history.season :])


def fit_seasonal_mean(history: History, _context: FitContext) -> SeasonalMean:
    """Average each place of the season over the last eight seasons."""
    newest, slots = _newest(history, SEASONS_REMEMBERED)
    return _at_slots(history, newest.groupby(slots).mean(), newest.mean())


def fit_seasonal_median(history: History, _context: FitContext) -> SeasonalMean:
    """Move each place of the season most of the way from the mean of 26 seasons to the median."""
    newest, slots = _newest(history, SEASONS_FOR_MEDIANS)
    at_slots = newest.groupby(slots)
    levels = MEDIAN_SHARE * at_slots.median() + (1 - MEDIAN_SHARE) * at_slots.mean()
    overall = MEDIAN_SHARE * newest.median() + (1 - MEDIAN_SHARE) * newest.mean()
    return _at_slots(history, levels, overall)


def sells_in_lumps(history: History, _context: FitContext) -> bool:
    """Whether much of what is sold comes on few days, so that the mean is far from what is usual.

    The absolute error is smallest at the median. Methods that learn means are above it there.
    Weeks and months that differ much have their season for it, which recurs too seldom.
    """
    if not history.frequency.is_daily_or_finer:
        return False
    newest, slots = _newest(history, SEASONS_FOR_MEDIANS)
    usual = newest.groupby(slots).transform("median")
    return bool(newest.mean() >= LUMPS * usual.mean())


def _newest(history: History, seasons: int) -> tuple[pd.Series, NDArray[np.int64]]:
    """The newest quantities and their places in the season."""
    rows = seasons * max(history.season, 2)
    values = pd.Series(history.filled[-rows:])
    if history.season == 1:
        return values, np.zeros(len(values), dtype=np.int64)
    return values, history.frequency.slots(history.ds[-rows:])


def _at_slots(history: History, levels: pd.Series, overall: float) -> SeasonalMean:
    """The levels by place; ``overall`` for places without one, and where there is no season."""
    known = {} if history.season == 1 else dict(zip(levels.index, levels.tolist(), strict=True))
    return SeasonalMean(history.frequency, known, float(overall))


def fit_drift(history: History, _context: FitContext) -> Drift:
    """Measure the change from the first season to the last."""
    values, width = history.filled, max(history.season, 2)
    first, last = values[:width].mean(), values[-width:].mean()
    return Drift(float(last), float((last - first) / (len(values) - width)))
