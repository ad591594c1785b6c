"""How much of each candidate a combination takes, learned from the windows before the holdout.

A candidate counts by the inverse of a power of its error, so that good ones share the forecast and
bad ones have no part in it. With three windows, weights that are estimated more freely do worse on
fresh data than these (the "forecast combination puzzle", Stock and Watson 2004).
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from pipeline.forecast.candidates import CANDIDATES

POWER: Final = 4.0
"""Of the inverse error: 0 is the plain mean of the members, infinity the best one alone."""
LARGEST_ERROR: Final = 1.4
"""Members err at most so many times as much as the best one."""
MOST_MEMBERS: Final = 5
"""Each further member is a fit on all rows for ever less."""
LEAST_WEIGHT: Final = 0.05
_NO_ERROR = 1e-9


def learn_weights(errors: Mapping[str, float]) -> dict[str, float]:
    """Weights that add up to 1, by name of the member.

    Parameters
    ----------
    errors
        By candidate: mean absolute error over the windows, in units of the series.
    """
    best = _best_of_each_family(errors)
    limit = LARGEST_ERROR * min(best.values()) + _NO_ERROR
    members = sorted(best, key=lambda name: (best[name], name))[:MOST_MEMBERS]
    raw = {name: (best[name] + _NO_ERROR) ** -POWER for name in members if best[name] <= limit}
    return _normalised(
        {name: one for name, one in raw.items() if one >= LEAST_WEIGHT * sum(raw.values())}
    )


def blend(made: Mapping[str, np.ndarray], weights: Mapping[str, float]) -> np.ndarray:
    """The weighted mean of forecasts."""
    return np.asarray(sum(weights[name] * made[name] for name in weights), dtype=np.float64)


def _best_of_each_family(errors: Mapping[str, float]) -> dict[str, float]:
    best: dict[str, str] = {}
    for name in sorted(errors, key=lambda one: (errors[one], one)):
        best.setdefault(CANDIDATES[name].family or name, name)
    return {name: errors[name] for name in best.values()}


def _normalised(raw: Mapping[str, float]) -> dict[str, float]:
    total = sum(raw.values())
    return {name: one / total for name, one in raw.items()}
