"""What a new forecast consists of, as it is stored beside it."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from db.outcomes import Drivers, ForecastDetails, PastErrors, Quantiles
from pipeline.forecast.drivers import drivers, effects
from pipeline.forecast.result import ForecastResult

MOST_PERIODS = 1000
"""Nearly three years of days, or six weeks of hours: nobody looks farther into the details."""

_TIME = "ds"


def details_of(result: ForecastResult) -> ForecastDetails:
    parts = drivers(result.model, result.model.ahead.head(MOST_PERIODS))
    quantiles = result.quantiles.head(MOST_PERIODS)
    return ForecastDetails(
        Quantiles([float(name) for name in _columns(quantiles)], _rows(quantiles)),
        Drivers(_columns(parts), _rows(parts), effects(parts)),
        PastErrors(
            [moment.isoformat() for moment in result.errors[_TIME]],
            _short(result.errors["error"].to_numpy()),
        ),
    )


def _columns(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame if name != _TIME]


def _rows(frame: pd.DataFrame) -> list[list[float]]:
    values: NDArray[np.float64] = frame.drop(columns=_TIME).to_numpy(dtype=np.float64)
    return [_short(row) for row in values]


def _short(values: Iterable[float]) -> list[float]:
    """Six digits say all that a forecast knows, and take a third of the room."""
    return [float(f"{value:.6g}") for value in values]
