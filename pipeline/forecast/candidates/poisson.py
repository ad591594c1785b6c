"""The Poisson regression candidate: calendar effects that multiply, and the recent level."""

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.candidates.calendar_blocks import calendar_table
from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.candidates.features import CALENDAR_FEATURES, event_features
from pipeline.forecast.candidates.log_linear import fit_log_linear
from pipeline.forecast.history.prepared import History
from pipeline.forecast.periods import Periods, times_of

PENALTY = 0.02
HALF_LIFE_DAYS = 365
LEVEL_DECAY = 0.96
LEVEL_ROWS = 56
LINEAR_FEATURES = (
    "is_holiday",
    "is_day_before_holiday",
    "is_day_after_holiday",
    "is_bridge_day",
)
_PLACES = {name: place for place, name in enumerate(CALENDAR_FEATURES)}
_LINEAR = [_PLACES[name] for name in LINEAR_FEATURES]
_YEARLY = [_PLACES[name] for name in _PLACES if name.startswith(("year_", "weekend_"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How dates and covariates become the columns of the regression."""

    frequency: Frequency
    holidays: HolidayCalendar
    slots: NDArray[np.int64]
    with_year: bool
    known: tuple[str, ...]
    means: NDArray[np.float64]
    deviations: NDArray[np.float64]

    def table(self, ds: pd.DatetimeIndex, covariates: NDArray[np.float64]) -> NDArray[np.float64]:
        """One row per period: place in the season, holidays, year, events, covariates."""
        calendar = calendar_table(ds, self.frequency, self.holidays)
        slots = self.frequency.slots(ds)[:, None] == self.slots
        places = _LINEAR + _YEARLY if self.with_year else _LINEAR
        events = event_features(ds, self.frequency, self.holidays)
        scaled = (covariates - self.means) / self.deviations
        return np.hstack([slots, calendar[:, places], events, scaled])


@dataclass(frozen=True, slots=True)
class FittedPoisson:
    """A regression and the factor between it and recent sales."""

    regression: Any
    design: Design
    size: float

    def predict(self, future: Periods) -> NDArray[np.float64]:
        covariates = _stacked([future[name].to_numpy(float) for name in self.design.known], future)
        table = self.design.table(times_of(future), covariates)
        return np.asarray(self.regression.predict(table) * self.size, dtype=np.float64)


def fit_poisson(history: History, context: FitContext) -> FittedPoisson:
    """Fit the calendar effects, newer rows counting more, then match the recent level."""
    values, size = history.filled, float(history.filled.mean())
    covariates = _stacked([history.columns[name] for name in history.known], history)
    design = _design(history, context, covariates)
    table = design.table(history.ds, covariates)
    age_days = history.frequency.days(1000) / 1000 * np.arange(len(values))[::-1]
    weights = 0.5 ** (age_days / HALF_LIFE_DAYS)
    regression = fit_log_linear(table, values / size, weights, PENALTY, len(design.slots))
    expected = regression.predict(table)[-LEVEL_ROWS:]
    decay = LEVEL_DECAY ** np.arange(len(expected))[::-1]
    recent = float((values[-LEVEL_ROWS:] / size) @ decay)
    level = (recent + 1) / (float(expected @ decay) + 1)
    return FittedPoisson(regression, design, size * level)


def poisson_settings(_history: History, _context: FitContext) -> dict[str, Any]:
    """The penalty and how fast old rows lose weight."""
    return {"alpha": PENALTY, "half_life_days": HALF_LIFE_DAYS, "level_decay": LEVEL_DECAY}


def has_sales(history: History, _context: FitContext) -> bool:
    """Whether anything was sold at all."""
    return bool(history.filled.sum() > 0)


def _stacked(columns: Sequence[NDArray[np.float64]], rows: Sized) -> NDArray[np.float64]:
    return np.column_stack(columns) if columns else np.empty((len(rows), 0))


def _design(history: History, context: FitContext, covariates: NDArray[np.float64]) -> Design:
    deviations = covariates.std(axis=0)
    has_slots = history.season > 1 and history.frequency.is_daily_or_finer
    slots = history.frequency.slots(history.ds if has_slots else history.ds[-1:])
    return Design(
        frequency=history.frequency,
        holidays=context.holidays,
        slots=np.flatnonzero(np.bincount(slots)),
        with_year=context.models_year,
        known=history.known,
        means=covariates.mean(axis=0),
        deviations=np.where(deviations > 0, deviations, 1.0),
    )
