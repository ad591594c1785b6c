"""How much of each candidate a combination takes, learned from the windows before the holdout.

First a robust average: the best of each family, good ones counting more by the inverse of a power
of their error. Then the weights with the least squared error of the combined forecast, not below 0
and with the sum 1 (Granger and Ramanathan 1984), drawn to the robust average: with a few windows,
weights that are estimated freely do worse on fresh data ("forecast combination puzzle", Stock and
Watson 2004).
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from pipeline.forecast.candidates.known import CANDIDATES

Array = NDArray[np.float64]

POWER: Final = 4.0
"""Of the inverse error in the robust average: 0 is the plain mean, infinity the best one alone.
Less where rows are few and hang together: who erred least there did so by chance."""
LARGEST_ERROR: Final = 1.6
"""Members err at most so many times as much as the best one."""
MEMBERS_OF_WINDOW: Final = 2
"""So many members for each window that was forecast: each of them is a fit on all rows, and few
windows do not tell more of them apart."""
SHRINKAGE: Final = 0.6
"""A combination with wholly other weights than the robust average has to lower the squared error by
this share, learned from enough rows."""
ENOUGH_ROWS: Final = 84
"""Three windows of four weeks. Fewer, as those of weeks and months are, tell little of weights: the
share grows with the square of what they lack."""
LEAST_WEIGHT: Final = 0.15
"""Over the number of windows: a member that counts less is not worth its fit, the less so the
longer members were chosen for."""
_NO_ERROR = 1e-9
_SUM_PENALTY = 1e4


def learn_weights(
    errors: Mapping[str, float],
    made: Mapping[str, Array],
    actual: Array,
    *,
    windows: int,
    power: float = POWER,
) -> dict[str, float]:
    """Weights that add up to 1, by name of the member.

    Parameters
    ----------
    errors
        By candidate: how far it was off over the windows, in units of the series, as it counts.
    made, actual
        In the same units, what was forecast by candidate and what was sold, of all rows of these
        windows that are known.
    windows
        How many there were: with more of them there are more members, and smaller ones.
    power
        Of the inverse error, to which weights are drawn.
    """
    average = robust_average(errors, MEMBERS_OF_WINDOW * windows, power)
    return _without_crumbs(_stacked(average, made, actual), LEAST_WEIGHT / windows)


def learn_again(
    errors: Mapping[str, float], made: Mapping[str, Array], actual: Array, *, power: float = POWER
) -> dict[str, float]:
    """Weights of members that have been chosen before: none of them is left out.

    Parameters
    ----------
    errors, made, actual, power
        Of the members alone, as in `learn_weights`.
    """
    return _stacked(_by_inverse_error(errors, power), made, actual)


def robust_average(
    errors: Mapping[str, float], most: int, power: float = POWER
) -> dict[str, float]:
    """Weights by the inverse error of the ``most`` best candidates of different families."""
    limit = LARGEST_ERROR * (min(errors.values()) + _NO_ERROR)
    members = [name for name in best_of_families(errors) if errors[name] + _NO_ERROR <= limit]
    return _by_inverse_error({name: errors[name] for name in members[:most]}, power)


def best_of_families(errors: Mapping[str, float]) -> list[str]:
    """The candidate with the smallest error of each family, best first."""
    best: dict[str, str] = {}
    for name in sorted(errors, key=lambda one: (errors[one], one)):
        best.setdefault(CANDIDATES[name].family or name, name)
    return list(best.values())


def stack(made: Array, actual: Array, prior: Array) -> Array:
    """The weights of the columns of ``made`` that come closest to ``actual``, drawn to ``prior``.

    Parameters
    ----------
    made
        One column per member, one row per row of ``actual``.
    actual
        Known values.
    prior
        Weights that add up to 1.
    """
    off = actual - made @ prior
    pull = np.sqrt(SHRINKAGE * lack_of_rows(len(actual)) ** 2 * float(off @ off))
    if len(prior) < 2 or pull == 0:
        return prior
    whole = _SUM_PENALTY * max(float(np.abs(made).max()), pull)
    design = np.vstack([made, pull * np.eye(len(prior)), np.full(len(prior), whole)])
    found, _ = nnls(design, np.concatenate([actual, pull * prior, [whole]]))
    return np.asarray(found / found.sum(), dtype=np.float64)


def lack_of_rows(rows: int) -> float:
    """How many times as many would be enough to learn weights from, at least 1."""
    return max(1.0, ENOUGH_ROWS / max(rows, 1))


def blend(made: Mapping[str, Array], weights: Mapping[str, float]) -> Array:
    """The weighted mean of forecasts."""
    names = list(weights)
    return np.asarray(
        np.array([weights[name] for name in names]) @ np.stack([made[name] for name in names]),
        dtype=np.float64,
    )


def _stacked(
    average: Mapping[str, float], made: Mapping[str, Array], actual: Array
) -> dict[str, float]:
    """The weights that come closest to ``actual``, drawn to those of ``average``."""
    columns = np.column_stack([made[name] for name in average])
    learned = stack(columns, actual, np.array(list(average.values())))
    return dict(zip(average, learned.tolist(), strict=True))


def _by_inverse_error(errors: Mapping[str, float], power: float) -> dict[str, float]:
    least = min(errors.values()) + _NO_ERROR
    shares = {name: least / (error + _NO_ERROR) for name, error in errors.items()}
    return _normalised({name: share**power for name, share in shares.items()})


def _without_crumbs(weights: Mapping[str, float], least: float) -> dict[str, float]:
    kept = {name: weight for name, weight in weights.items() if weight >= least}
    return _normalised(dict(sorted(kept.items(), key=lambda one: (-one[1], one[0]))))


def _normalised(raw: Mapping[str, float]) -> dict[str, float]:
    total = sum(raw.values())
    return {name: one / total for name, one in raw.items()}
