"""The methods of the forecasting engine for sales, on the calendars that it knows.

The engine takes quantities from 0 on, so a series with values below 0 is moved up for it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.calendar.holiday_calendar import stated_calendar
from pipeline.forecast.candidates.candidate import Candidate, FitContext, FitFailureError
from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.history.outliers import tame_outliers
from pipeline.forecast.history.prepared import History
from pipeline.forecast.spec import ForecastSpec
from pipeline.series.calendar import Calendar
from pipeline.series.methods.method import Ahead, Array, Method, Past

_DAYS_OF_YEAR = 365
_NO_HOLIDAYS = stated_calendar(())


@dataclass(frozen=True, slots=True)
class FittedCandidate:
    """A fitted candidate of the engine, with how far the series was moved up."""

    model: Any
    calendar: Calendar
    moved: float

    def predict(self, ahead: Ahead) -> Array:
        frame = pd.DataFrame(
            {
                "ds": self.calendar.times(ahead.positions).as_unit("ns"),
                "step": ahead.steps,
                **ahead.covariates,
            }
        )
        return np.asarray(self.model.predict(frame), dtype=np.float64) - self.moved


def engine_method(name: str, title: str, seconds: float, most_rows: int) -> Method:
    """A candidate of the engine as a method for any series."""
    candidate = CANDIDATES[name]

    def fit(past: Past) -> FittedCandidate:
        frequency = frequency_of(past)
        moved = moved_up(past)
        history = _history(past, frequency, moved)
        context = _context(history, past)
        tamed, _ = tame_outliers(history, context.holidays)
        return FittedCandidate(candidate.fit(tamed, context), past.calendar, moved)

    return Method(
        title=title,
        fit=fit,
        minimum_rows=candidate.minimum_rows,
        most_rows=most_rows,
        seconds=seconds,
        is_applicable=lambda past: _is_applicable(candidate, past),
        failures=candidate.failures,
    )


def _is_applicable(candidate: Candidate, past: Past) -> bool:
    frequency = past.calendar.engine
    if frequency is None or np.isfinite(past.actual).sum() < candidate.minimum_rows:
        return False
    history = _history(past, frequency, moved_up(past))
    return candidate.is_applicable(history, _context(history, past))


def frequency_of(past: Past) -> Frequency:
    if past.calendar.engine is None:
        raise FitFailureError(f"it does not know {past.calendar.name} periods")
    return past.calendar.engine


def moved_up(past: Past) -> float:
    """By how much values must rise to lie well above 0."""
    if not past.signed:
        return 0.0
    low, high = float(np.nanmin(past.actual)), float(np.nanmax(past.actual))
    return (high - low or 1.0) - low


def _history(past: Past, frequency: Frequency, moved: float) -> History:
    frame = pd.DataFrame(
        {
            "ds": past.calendar.times(past.positions).as_unit("ns"),
            "y": past.actual + moved,
            "price": np.nan,
            **past.covariates,
        }
    )
    return History.of(frame, frequency, tuple(past.covariates))


def _context(history: History, past: Past) -> FitContext:
    spec = ForecastSpec(holidays=(), seed=past.seed % 2**31)
    return FitContext(
        spec=spec,
        holidays=_NO_HOLIDAYS,
        models_year=history.frequency.days(len(history)) >= _DAYS_OF_YEAR,
    )
