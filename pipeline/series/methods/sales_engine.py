"""The methods of the forecasting engine for sales, on the calendars that it knows.

The engine takes quantities from 0 on, so a series with values below 0 is moved up for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.calendar.holiday_calendar import stated_calendar
from pipeline.forecast.candidates.candidate import Candidate, FitContext, FitFailureError
from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.history.outliers import tame_outliers
from pipeline.forecast.history.prepared import PRICE, History
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.unpickling import set_state
from pipeline.series.calendar import Calendar
from pipeline.series.methods.method import Ahead, Array, Method, Past
from pipeline.series.methods.useful import with_useful_covariates

_DAYS_OF_YEAR = 365
_NO_HOLIDAYS = stated_calendar(())


@dataclass(frozen=True, slots=True)
class FittedCandidate:
    """A fitted candidate of the engine, with how far the series was moved up.

    ``names`` are those of the covariates as the engine knows them; models of the former release
    have none, and knew them by their own.
    """

    model: Any
    calendar: Calendar
    moved: float
    names: Mapping[str, str] = field(default_factory=dict)

    def __setstate__(self, values: list[Any]) -> None:
        set_state(self, values)

    def predict(self, ahead: Ahead) -> Array:
        told = {self.names.get(name, name): values for name, values in ahead.covariates.items()}
        times = self.calendar.times(ahead.positions).as_unit("ns")
        frame = pd.DataFrame({**told, "ds": times, "step": ahead.steps})
        return np.asarray(self.model.predict(frame), dtype=np.float64) - self.moved


def engine_method(name: str, title: str, seconds: float, most_rows: int) -> Method:
    """A candidate of the engine as a method for any series."""
    candidate = CANDIDATES[name]

    def fit(past: Past) -> FittedCandidate:
        past = with_useful_covariates(past)
        frequency = frequency_of(past)
        moved = moved_up(past)
        history = _history(past, frequency, moved)
        context = _context(history, past)
        tamed, _ = tame_outliers(history, context.holidays)
        model = candidate.fit(tamed, context)
        return FittedCandidate(model, past.calendar, moved, engine_names(past.covariates))

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


def engine_names(covariates: Iterable[str]) -> dict[str, str]:
    """What the engine calls each covariate: a price it treats as one, and other columns must not
    be mistaken for those that mean something to it, such as the quantity or the stock.
    """
    return {name: name if name == PRICE else f"column {name}" for name in covariates}


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
    names = engine_names(past.covariates)
    frame = pd.DataFrame(
        {
            "ds": past.calendar.times(past.positions).as_unit("ns"),
            "y": past.actual + moved,
            PRICE: np.nan,
            **{names[name]: values for name, values in past.covariates.items()},
        }
    )
    return History.of(frame, frequency, tuple(names.values()))


def _context(history: History, past: Past) -> FitContext:
    spec = ForecastSpec(holidays=(), seed=past.seed % 2**31)
    return FitContext(
        spec=spec,
        holidays=_NO_HOLIDAYS,
        models_year=history.frequency.days(len(history)) >= _DAYS_OF_YEAR,
    )
