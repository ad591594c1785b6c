"""What a new forecast consists of, as it is stored beside it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from db.lifecycle.outcomes import Drivers, ForecastDetails, PastErrors, Quantiles
from pipeline.forecast.finished.drivers import drivers, effects
from pipeline.forecast.result import ForecastResult

MOST_PERIODS = 1000
"""Nearly three years of days, or six weeks of hours: nobody looks farther into the details."""

DIGITS = 6

_TIME = "ds"


def details_of(result: ForecastResult) -> ForecastDetails:
    expected = result.forecast["yhat"].to_numpy()[:MOST_PERIODS]
    parts = drivers(result.model, result.model.ahead.head(MOST_PERIODS), expected)
    quantiles = result.quantiles.head(MOST_PERIODS)
    return ForecastDetails(
        Quantiles([float(name) for name in _columns(quantiles)], _rows(quantiles)),
        Drivers(_columns(parts), _rows(parts), effects(parts)),
        PastErrors(
            np.datetime_as_string(result.errors[_TIME].to_numpy(), unit="s").tolist(),
            _short(result.errors["error"].to_numpy()).tolist(),
        ),
    )


def _columns(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame if name != _TIME]


def _rows(frame: pd.DataFrame) -> list[list[float]]:
    values = [frame[name].to_numpy(dtype=np.float64) for name in _columns(frame)]
    rows: list[list[float]] = _short(np.column_stack(values)).tolist()
    return rows


def _short(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Six digits say all that a forecast knows, and take a third of the room."""
    size = np.abs(values)
    behind = DIGITS - 1 - np.floor(np.log10(np.where(size > 0, size, 1.0)))
    more, less = 10.0 ** np.maximum(behind, 0), 10.0 ** np.maximum(-behind, 0)
    short: NDArray[np.float64] = np.rint(values * more / less) * less / more
    return short
