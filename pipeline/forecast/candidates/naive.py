"""The simple candidates: what came a season ago, what usually comes, a straight line."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.history.prepared import History

SEASONS_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class SeasonalNaive:
    """Repeats the last season."""

    last_season: NDArray[np.float64]

    def predict(self, future: pd.DataFrame) -> NDArray[np.float64]:
        places = (future["step"].to_numpy(dtype=np.int64) - 1) % len(self.last_season)
        return np.take(self.last_season, places)


@dataclass(frozen=True, slots=True)
class SeasonalMean:
    """The mean at the same place (weekday, hour of the week, …) of the last eight seasons."""

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
    """Average each place of the season."""
    rows = SEASONS_REMEMBERED * max(history.season, 2)
    values = pd.Series(history.filled[-rows:])
    if history.season == 1:
        return SeasonalMean(history.frequency, {}, float(values.mean()))
    slots = history.frequency.slots(history.ds[-rows:])
    means = values.groupby(slots).mean()
    return SeasonalMean(
        history.frequency,
        dict(zip(means.index.tolist(), means.tolist(), strict=True)),
        float(values.mean()),
    )


def fit_drift(history: History, _context: FitContext) -> Drift:
    """Measure the change from the first season to the last."""
    values, width = history.filled, max(history.season, 2)
    first, last = values[:width].mean(), values[-width:].mean()
    return Drift(float(last), float((last - first) / (len(values) - width)))
