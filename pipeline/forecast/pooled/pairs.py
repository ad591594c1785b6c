"""Which pairs of an origin and a period ahead the trees learn from."""

import numpy as np

from pipeline.forecast.pooled.pace import Pace
from pipeline.forecast.pooled.running import Rows, Values

GOLDEN = 0.6180339887498949
NEAR_SHARE = 0.6
"""Share of the pairs within the nearest four cycles, where most forecasts are used."""


def pairs_of(values: Values, pace: Pace, horizon: int, count: int) -> tuple[Rows, Rows]:
    """About ``count`` origins and periods, spread evenly without any chance.

    Parameters
    ----------
    values
        Quantities; periods of which nothing is known are no targets.
    horizon
        Rows from an origin to its farthest target.
    """
    rows = len(values)
    first = pace.cycles[0] if pace.cycles else pace.levels[0]
    if rows <= first or count < 1:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    number = np.arange(1, count + 1)
    targets = first + np.floor((number - 0.5) / count * (rows - first)).astype(np.int64)
    step = _steps(number, min(pace.levels[1], horizon), horizon)
    step = 1 + (step - 1) % (targets - first + 1)  # no origin lies before the first cycle
    known = np.isfinite(values[targets])
    return (targets - step + 1)[known], targets[known]


def _steps(number: Rows, near: int, horizon: int) -> Rows:
    """Steps by a sequence of low discrepancy (multiples of the golden ratio)."""
    place = number * GOLDEN % 1.0
    steps = np.where(
        place < NEAR_SHARE,
        place / NEAR_SHARE * near,
        near + (place - NEAR_SHARE) / (1 - NEAR_SHARE) * max(0, horizon - near),
    )
    return np.minimum(1 + np.floor(steps).astype(np.int64), horizon)
