"""The gradient boosting candidate: trees on the calendar and on the past of many origins."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from pipeline.forecast.candidate import FitContext
from pipeline.forecast.features import (
    calendar_features,
    event_features,
    look_back,
    origin_features,
    price_history,
    rows_per_year,
)
from pipeline.forecast.frequency import Frequency
from pipeline.forecast.history import History
from pipeline.forecast.holiday_calendar import HolidayCalendar

NEAR_STEPS = 28
FAR_STRIDE = 3
MAX_STEPS = 90
MAX_ORIGINS = 60
SETTINGS = {
    "loss": "poisson",
    "max_iter": 120,
    "learning_rate": 0.06,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 20,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedBoosting:
    """Trees, with the past they look back on."""

    trees: Any
    size: float
    past: NDArray[np.float64]
    prices: NDArray[np.float64]
    frequency: Frequency
    holidays: HolidayCalendar
    known: tuple[str, ...]

    def predict(self, future: pd.DataFrame) -> NDArray[np.float64]:
        calendar = _calendar_table(future, self.frequency, self.holidays, self.known)
        steps = future["step"].to_numpy()
        year = rows_per_year(self.frequency)
        origin = origin_features(self.past, self.prices, steps, self.frequency.rhythm, year)
        table = np.hstack([calendar, origin])
        return np.asarray(self.trees.predict(table) * self.size, dtype=np.float64)


def fit_gradient_boosting(history: History, context: FitContext) -> FittedBoosting:
    """Learn to forecast from every few rows of the history, as it looked from there."""
    values, size = history.filled, float(history.filled.mean())
    scaled, prices = values / size, price_history(history)
    calendar_table = _calendar_table(
        history.frame, history.frequency, context.holidays, history.known
    )
    year, tables, targets = rows_per_year(history.frequency), [], []
    rhythm = history.frequency.rhythm
    for origin in _origins(len(history), rhythm):
        steps = _steps(len(history) - origin)
        past = origin_features(
            scaled[:origin], prices[:origin], steps, history.frequency.rhythm, year
        )
        tables.append(np.hstack([calendar_table[origin + steps - 1], past]))
        targets.append(scaled[origin + steps - 1])
    trees = HistGradientBoostingRegressor(**SETTINGS, random_state=context.spec.seed)
    trees.fit(np.vstack(tables), np.concatenate(targets))
    keep = max(
        year + look_back(history.frequency.rhythm)[0], look_back(history.frequency.rhythm)[2]
    )
    return FittedBoosting(
        trees=trees,
        size=size,
        past=scaled[-keep:],
        prices=prices[-keep:],
        frequency=history.frequency,
        holidays=context.holidays,
        known=history.known,
    )


def boosting_settings(_history: History, _context: FitContext) -> dict[str, Any]:
    """The arguments of the trees."""
    return dict(SETTINGS)


def has_long_history(history: History, _context: FitContext) -> bool:
    """Whether there are enough origins with a full look back, and sales to learn from."""
    long = look_back(history.frequency.rhythm)[2]
    return len(history) >= 2 * long + NEAR_STEPS and bool(history.filled.sum() > 0)


def _calendar_table(
    rows: pd.DataFrame, frequency: Frequency, holidays: HolidayCalendar, known: tuple[str, ...]
) -> NDArray[np.float64]:
    ds = pd.DatetimeIndex(rows["ds"])
    calendar = calendar_features(ds, frequency, holidays).to_numpy()
    events = event_features(ds, frequency, holidays)
    return np.hstack([calendar, events, rows[list(known)].to_numpy(dtype=float)])


def _origins(rows: int, rhythm: int) -> range:
    """Origins from newest to oldest; their stride meets every place of the cycle in turn."""
    first = look_back(rhythm)[2]
    stride = max(1, math.ceil((rows - NEAR_STEPS - first) / MAX_ORIGINS))
    while math.gcd(stride, rhythm) > 1:
        stride += 1
    newest = rows - min(NEAR_STEPS, (rows - first) // 2)
    return range(newest, first - 1, -stride)


def _steps(rows_left: int) -> NDArray[np.int64]:
    steps = [*range(1, NEAR_STEPS + 1), *range(NEAR_STEPS + FAR_STRIDE, MAX_STEPS + 1, FAR_STRIDE)]
    return np.array([step for step in steps if step <= rows_left], dtype=np.int64)
