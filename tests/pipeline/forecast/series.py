"""Small histories with a known structure."""

import numpy as np
import pandas as pd

from pipeline.forecast.calendar.holiday_calendar import holiday_calendar
from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.history.prepared import History
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.shared import SharedProfile
from pipeline.forecast.spec import ForecastSpec


def daily_sales(days: int, *, seed: int = 0, start: str = "2024-01-01") -> pd.DataFrame:
    """Poisson sales that double at weekends."""
    ds = pd.date_range(start, periods=days, freq="D")
    expected = np.where(ds.day_of_week >= 5, 40.0, 20.0)
    quantity = np.random.default_rng(seed).poisson(expected).astype(float)
    return pd.DataFrame({"ds": ds, "quantity": quantity})


def history_of(frame: pd.DataFrame, spec: ForecastSpec | None = None) -> History:
    """A frame on its calendar."""
    return prepare(validate(frame), spec or ForecastSpec()).history


def context_of(
    spec: ForecastSpec | None = None,
    shared: SharedProfile | None = None,
    *,
    models_year: bool = False,
) -> FitContext:
    """What candidates need beside a history of 2024 to 2026."""
    return FitContext(
        spec=spec or ForecastSpec(),
        holidays=holiday_calendar("ES", None, 2024, 2026),
        shared=shared,
        models_year=models_year,
    )
