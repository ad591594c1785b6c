"""How often values have to be differenced until their level stays."""

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.statistical.seasons import strength

Array = NDArray[np.float64]

_STRONG_SEASON = 0.64
"""As in the `forecast` package of R (Hyndman and Khandakar 2008, later versions)."""
_KPSS_5_PERCENT = 0.463


def seasonal_difference_needed(values: Array, season: int) -> bool:
    """Whether the season is strong."""
    return strength(values, season) > _STRONG_SEASON


def differences_needed(values: Array, most: int) -> int:
    """Difference until the test of Kwiatkowski, Phillips, Schmidt and Shin (1992) sees a level."""
    for count in range(most):
        if len(values) < 8 or kpss(values) < _KPSS_5_PERCENT:
            return count
        values = np.diff(values)
    return most


def kpss(values: Array) -> float:
    """The statistic of the test for a level; a large one speaks against it."""
    rest = values - values.mean()
    rows = len(rest)
    lags = int(4 * (rows / 100) ** 0.25)
    variance = float(rest @ rest)
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * float(rest[lag:] @ rest[:-lag])
    sums = np.cumsum(rest)
    return float(sums @ sums) / (rows * variance) if variance > 0 else 0.0
