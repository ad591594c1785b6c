"""Which pairs of an origin and a period ahead the trees learn from."""

import numpy as np

from pipeline.forecast.pooled.pace import Pace
from pipeline.forecast.pooled.running import Rows, Values

GOLDEN = 0.6180339887498949
PLASTIC = (0.7548776662466927, 0.5698402909980532)
"""Multiples of powers of the plastic ratio fill a square as evenly as those of the golden ratio a
line."""
NEAR_SHARE = 0.6
"""Share of the pairs within the nearest four cycles, where most forecasts are used."""


def pairs_of(
    values: Values, pace: Pace, horizon: int, count: int, number: int = 0
) -> tuple[Rows, Rows]:
    """About ``count`` origins and periods, spread evenly without any chance.

    Parameters
    ----------
    values
        Quantities; periods of which nothing is known are no targets.
    horizon
        Rows from an origin to its farthest target.
    number
        Of the series among others: each has its examples on other days, so that together they tell
        of all days.
    """
    rows = len(values)
    first = pace.cycles[0] if pace.cycles else pace.levels[0]
    if rows <= first or count < 1:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    place = np.arange(count) + (0.5 + number * PLASTIC[0]) % 1.0
    targets = first + np.floor(place / count * (rows - first)).astype(np.int64)
    share: Values = (np.arange(1.0, count + 1) * GOLDEN + number * PLASTIC[1]) % 1.0
    step = _steps(share, min(pace.levels[1], horizon), horizon)
    step = 1 + (step - 1) % (targets - first + 1)  # no origin lies before the first cycle
    known = np.isfinite(values[targets])
    return (targets - step + 1)[known], targets[known]


def _steps(place: Values, near: int, horizon: int) -> Rows:
    """Steps by places between 0 and 1."""
    steps = np.where(
        place < NEAR_SHARE,
        place / NEAR_SHARE * near,
        near + (place - NEAR_SHARE) / (1 - NEAR_SHARE) * max(0, horizon - near),
    )
    return np.minimum(1 + np.floor(steps).astype(np.int64), horizon)
