"""The forecasting engine whole: its candidates race within the past, and the best are combined."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.errors import PipelineError
from pipeline.forecast.candidates.candidate import FitFailureError
from pipeline.forecast.result import FittedForecaster
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast
from pipeline.series.calendar import Calendar
from pipeline.series.methods.method import Ahead, Array, Past
from pipeline.series.methods.sales_engine import frequency_of, moved_up

_LEAST_DAYS = 7
_MOST_COVARIATES = 10
"""With 200 a fit takes seconds instead of a tenth."""


@dataclass(frozen=True, slots=True)
class FittedEngine:
    """What the engine chose, with how far the series was moved up."""

    model: FittedForecaster
    calendar: Calendar
    moved: float

    def predict(self, ahead: Ahead) -> Array:
        times = self.calendar.times(ahead.positions).as_unit("ns")
        forecast = self.model.predict(pd.DataFrame({"ds": times, **ahead.covariates}))
        return np.asarray(forecast["yhat"], dtype=np.float64) - self.moved


def fit_engine(past: Past) -> FittedEngine:
    """Let the engine choose and fit what forecasts the horizon; `FitFailureError` if it cannot."""
    frequency, moved = frequency_of(past), moved_up(past)
    spec = ForecastSpec(
        horizon_days=max(1, frequency.days(past.horizon)),
        min_training_days=_LEAST_DAYS,
        holidays=(),
        budget="balanced",
        seed=past.seed % 2**31,
    )
    try:
        result = train_forecast(_sales(past, moved), spec)
    except PipelineError as error:
        raise FitFailureError(str(error)) from error
    return FittedEngine(result.model, past.calendar, moved)


def is_known_to_the_engine(past: Past) -> bool:
    """Whether the engine knows the calendar, and no more is told ahead than it learns quickly."""
    return past.calendar.engine is not None and len(past.covariates) <= _MOST_COVARIATES


def _sales(past: Past, moved: float) -> pd.DataFrame:
    """The past, and after it rows that tell the engine that covariates are known ahead; what they
    will be is told when it is asked.
    """
    ahead = past.horizon if past.covariates else 0
    positions = past.first + np.arange(len(past) + ahead, dtype=np.int64)
    return pd.DataFrame(
        {
            "ds": past.calendar.times(positions).as_unit("ns"),
            "quantity": np.append(past.actual + moved, np.full(ahead, np.nan)),
            **{
                name: np.append(values, np.full(ahead, values[-1]))
                for name, values in past.covariates.items()
            },
        }
    )
