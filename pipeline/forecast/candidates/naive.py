"""The simple candidates: what came a season ago, what usually comes, a straight line."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.history.neighbours import sorted_median
from pipeline.forecast.history.prepared import History
from pipeline.forecast.periods import Periods, steps_of, times_of

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

    def predict(self, future: Periods) -> NDArray[np.float64]:
        places = (steps_of(future) - 1) % len(self.last_season)
        return np.take(self.last_season, places)


@dataclass(frozen=True, slots=True)
class SeasonalMean:
    """A value for each place of the season (weekday, hour of the week, …)."""

    frequency: Frequency
    means: dict[int, float]
    overall: float

    def predict(self, future: Periods) -> NDArray[np.float64]:
        slots = self.frequency.slots(times_of(future))
        return np.array([self.means.get(int(slot), self.overall) for slot in slots])


@dataclass(frozen=True, slots=True)
class Drift:
    """The mean of the last season, moved on by the average change between seasons."""

    level: float
    slope: float

    def predict(self, future: Periods) -> NDArray[np.float64]:
        return np.asarray(np.maximum(self.level + self.slope * steps_of(future), 0.0))


def fit_seasonal_naive(history: History, _context: FitContext) -> SeasonalNaive:
    """Keep the last season."""
    return SeasonalNaive(history.filled[-history.season :])


def fit_seasonal_mean(history: History, _context: FitContext) -> SeasonalMean:
    """Average each place of the season over the last eight seasons."""
    newest = _newest(history, SEASONS_REMEMBERED)
    return _at_places(history, newest, newest.means, float(newest.values.mean()))


def fit_seasonal_median(history: History, _context: FitContext) -> SeasonalMean:
    """Move each place of the season most of the way from the mean of 26 seasons to the median."""
    newest = _newest(history, SEASONS_FOR_MEDIANS)
    levels = MEDIAN_SHARE * newest.medians + (1 - MEDIAN_SHARE) * newest.means
    values = newest.values
    overall = MEDIAN_SHARE * np.median(values) + (1 - MEDIAN_SHARE) * values.mean()
    return _at_places(history, newest, levels, float(overall))


def sells_in_lumps(history: History, _context: FitContext) -> bool:
    """Whether much of what is sold comes on few days, so that the mean is far from what is usual.

    The absolute error is smallest at the median. Methods that learn means are above it there.
    Weeks and months that differ much have their season for it, which recurs too seldom.
    """
    if not history.frequency.is_daily_or_finer:
        return False
    newest = _newest(history, SEASONS_FOR_MEDIANS)
    return bool(newest.values.sum() >= LUMPS * float(newest.counts @ newest.medians))


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest quantities, and in a table with a row for each of their places in the season."""

    values: NDArray[np.float64]
    places: NDArray[np.int64]
    counts: NDArray[np.int64]
    table: NDArray[np.float64]

    @property
    def means(self) -> NDArray[np.float64]:
        return np.asarray(np.nansum(self.table, axis=1) / self.counts)

    @property
    def medians(self) -> NDArray[np.float64]:
        return sorted_median(self.table)


def _newest(history: History, seasons: int) -> _Newest:
    rows = seasons * max(history.season, 2)
    values = history.filled[-rows:]
    slots = np.zeros(len(values), dtype=np.int64)
    if history.season > 1:
        slots = history.frequency.slots(history.ds[-rows:])
    places, row, counts = np.unique(slots, return_inverse=True, return_counts=True)
    order = np.argsort(row, kind="stable")
    table = np.full((len(places), counts.max()), np.nan)
    table[row[order], np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)] = values[
        order
    ]
    return _Newest(values, places, counts, table)


def _at_places(
    history: History, newest: _Newest, levels: NDArray[np.float64], overall: float
) -> SeasonalMean:
    """The levels by place; ``overall`` for places without one, and where there is no season."""
    levels_by_place = dict(zip(newest.places.tolist(), levels.tolist(), strict=True))
    return SeasonalMean(history.frequency, levels_by_place if history.season > 1 else {}, overall)


def fit_drift(history: History, _context: FitContext) -> Drift:
    """Measure the change from the first season to the last."""
    values, width = history.filled, max(history.season, 2)
    first, last = values[:width].mean(), values[-width:].mean()
    return Drift(float(last), float((last - first) / (len(values) - width)))
