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
    ahead = result.model.ahead.iloc[:MOST_PERIODS]
    parts = drivers(result.model, ahead, result.forecast["yhat"].to_numpy()[:MOST_PERIODS])
    quantiles = result.quantiles.iloc[:MOST_PERIODS, 1:]  # the first column is the time
    return ForecastDetails(
        Quantiles([float(level) for level in quantiles.columns], _rows(quantiles.to_numpy())),
        Drivers(
            list(parts),
            _rows(np.column_stack(list(parts.values()))),
            effects(pd.DatetimeIndex(ahead[_TIME]), parts),
        ),
        PastErrors(
            np.datetime_as_string(result.errors[_TIME].to_numpy(), unit="s").tolist(),
            _short(result.errors["error"].to_numpy()).tolist(),
            _short(_untold(result)).tolist(),
        ),
    )


def _untold(result: ForecastResult) -> NDArray[np.float64]:
    """How much more each period brings on average; nothing where the forecast tells means."""
    more: NDArray[np.float64] = result.means - result.forecast["yhat"].to_numpy()
    return more if more.any() else more[:0]


def _rows(values: NDArray[np.float64]) -> list[list[float]]:
    rows: list[list[float]] = _short(values).tolist()
    return rows


def _short(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Six digits say all that a forecast knows, and take a third of the room."""
    size = np.abs(values)
    behind = DIGITS - 1 - np.floor(np.log10(np.where(size > 0, size, 1.0)))
    more, less = 10.0 ** np.maximum(behind, 0), 10.0 ** np.maximum(-behind, 0)
    short: NDArray[np.float64] = np.rint(values * more / less) * less / more
    return short
