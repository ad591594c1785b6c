"""The forecasting engine whole: its candidates race within the past, and the best are combined."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import PipelineError
from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.candidates.candidate import FitFailureError
from pipeline.forecast.history.laying import MIN_ROWS
from pipeline.forecast.result import FittedForecaster
from pipeline.forecast.spec import MEAN, ForecastSpec
from pipeline.forecast.train import train_forecast
from pipeline.forecast.unpickling import set_state
from pipeline.series.calendar import Calendar
from pipeline.series.methods.method import Ahead, Array, Past
from pipeline.series.methods.sales_engine import engine_names, frequency_of, moved_up
from pipeline.series.methods.useful import with_useful_covariates, with_useful_past

_LEAST_DAYS = 7


@dataclass(frozen=True, slots=True)
class FittedEngine:
    """What the engine chose, with how far the series was moved up.

    ``names`` are those of the covariates as the engine knows them; models of the former release
    have none, and knew them by their own. ``looked_back`` are those of which the engine uses what
    was seen before the forecast.
    """

    model: FittedForecaster
    calendar: Calendar
    moved: float
    names: Mapping[str, str] = field(default_factory=dict)
    looked_back: tuple[str, ...] = ()

    def __setstate__(self, values: list[Any]) -> None:
        set_state(self, values)

    def predict(self, ahead: Ahead) -> Array:
        times = self.calendar.times(ahead.positions).as_unit("ns")
        told = {self.names.get(name, name): values for name, values in ahead.covariates.items()}
        forecast = self.model.predict(pd.DataFrame({**self._assumed(times), **told, "ds": times}))
        return np.asarray(forecast["yhat"], dtype=np.float64) - self.moved

    def _assumed(self, times: pd.DatetimeIndex) -> dict[str, Array]:
        """What the engine takes columns to be that are not told ahead: the last stands for all
        later ones.
        """
        ahead = self.model.ahead.set_index("ds")[list(self.model.known)]
        columns = ahead.reindex(times, method="ffill")
        return {str(name): columns[name].to_numpy(np.float64) for name in columns}


def fit_engine(past: Past) -> FittedEngine:
    """Let the engine choose and fit what forecasts the horizon; `FitFailureError` if it cannot."""
    past = with_useful_past(with_useful_covariates(past))
    frequency, moved = frequency_of(past), moved_up(past)
    spec = engine_spec(frequency, past.horizon, past.seed)
    stop = past.first + len(past)
    shared = None if past.common is None else past.common.known_at(stop)
    until = None if shared is None else past.calendar.times(past.positions[-1:])[0].as_unit("ns")
    try:
        result = train_forecast(
            engine_rows(past, moved, stop),
            spec,
            category=past.category,
            shared=shared,
            observed_until=until,
        )
    except PipelineError as error:
        raise FitFailureError(str(error)) from error
    seen = engine_names(past.observed)
    looked_back = tuple(name for name, told in seen.items() if told in result.features)
    names = engine_names(past.covariates)
    return FittedEngine(result.model, past.calendar, moved, names, looked_back)


def is_known_to_the_engine(past: Past) -> bool:
    """Whether the engine knows the calendar."""
    return past.calendar.engine is not None


def least_rows(past: Past) -> int:
    """Fewer periods the engine refuses."""
    return max(MIN_ROWS, frequency_of(past).horizon_rows(_LEAST_DAYS))


def engine_spec(frequency: Frequency, horizon: int, seed: int) -> ForecastSpec:
    """What is asked of the engine: no public holidays, as a table names no country, and means, as
    quantiles are asked around what it predicts.
    """
    return ForecastSpec(
        horizon_days=max(1, frequency.days(horizon)),
        min_training_days=_LEAST_DAYS,
        holidays=(),
        budget="balanced",
        point=MEAN,
        seed=seed % 2**31,
    )


def engine_rows(past: Past, moved: float, stop: int) -> pd.DataFrame:
    """The past, not known from its end to the period ``stop``, and after that rows that tell the
    engine which covariates are known ahead; what they will be is told when it is asked.
    """
    ahead = stop - past.first - len(past) + (past.horizon if past.covariates else 0)
    positions = past.first + np.arange(len(past) + ahead, dtype=np.int64)
    names = engine_names((*past.covariates, *past.observed))
    unknown = np.full(ahead, np.nan)
    return pd.DataFrame(
        {
            "ds": past.calendar.times(positions).as_unit("ns"),
            "quantity": np.append(past.actual + moved, unknown),
            **{
                names[name]: np.append(values, np.full(ahead, values[-1]))
                for name, values in past.covariates.items()
            },
            **{names[name]: np.append(values, unknown) for name, values in past.observed.items()},
        }
    )
