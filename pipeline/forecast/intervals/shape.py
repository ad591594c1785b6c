"""The shape of errors: where the quantiles of their scores lie.

A score is an error in units of its size. Scores of one window hang together, the more so the more
a series wanders: they count as fewer (the design effect of clusters, Kish 1965). Towards the tails,
where few scores lie, Student's t of each side takes over from the sorted scores, the wider the
fewer count. And the size of errors itself is not the same from one window to the next, so the
window to come is taken to have the same shape in a size that is not known.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtrit

Array = NDArray[np.float64]
Ages = NDArray[np.int64]

GRID: Final = (
    *(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5),
    *(0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995, 0.9975),
)
"""Levels at which the shape is kept; between them it is interpolated."""
_NORMAL: Final = ndtri(np.asarray(GRID))

TRUSTED_SCORES = 20.0
"""With so many scores, the sorted scores and Student's t count alike in the middle."""
TRUSTED_MIDDLE = 160.0
"""With so many scores, the middle of Student's t lies half way from the forecast to theirs: that a
few windows were forecast too low or too high on the whole is mostly chance."""
TAIL = 8.0
"""So many scores beyond a quantile are enough to trust the sorted ones as in the middle."""
LEAST_FREEDOM = 4.0
"""Student's t has this many degrees of freedom even if all scores of a window are as one."""
ALIKE_SCORES = 60.0
"""So many scores are needed on one side for its own spread to count as much as that of both."""
USUAL_CHANGE = 0.35
"""Standard deviation of the logarithm of the size of errors between windows, before any is seen."""
USUAL_WINDOWS = 6.0
"""So many windows are needed to count as much as the usual change, and to show half of it."""
LARGEST_CHANGE = 0.6
"""A window that was forecast almost perfectly by chance must not blow up the intervals."""
_SIZES, _LIKELY = np.polynomial.hermite_e.hermegauss(5)
_LIKELY = _LIKELY / _LIKELY.sum()
_TELLING_APART: Final = 1e-9 * np.linspace(-1, 1, len(GRID))


def shape_of(scores: Array, weights: Array, ages: Ages) -> Array:
    """The scores to come at the levels of `GRID`.

    Parameters
    ----------
    scores
        Errors in units of their size, not all 0.
    weights
        What each score counts.
    ages
        By score, how many windows are newer than its own.
    """
    levels, share = np.asarray(GRID), weights / weights.sum()
    number = float(weights.sum() ** 2 / (weights**2).sum()) / design_effect(scores, ages)
    trust = number / (number + TRUSTED_SCORES)
    median = float(_sorted_at(np.array([0.5]), scores, share)[0])
    middle = median * number / (number + TRUSTED_MIDDLE)
    apart = scores - middle
    both = math.sqrt(float(share @ apart**2))
    lower, upper = (
        _side(apart[side], share[side], both, number) for side in (apart < 0, apart > 0)
    )
    tails = stdtrit(max(LEAST_FREEDOM, number), levels)
    smooth = middle + tails * np.where(levels < 0.5, lower, upper)
    beyond = np.minimum(levels, 1 - levels) * number
    trusted = trust * np.minimum(beyond / TAIL, 1.0)
    mixed = trusted * _sorted_at(levels, scores, share) + (1 - trusted) * smooth
    return of_unknown_size(np.maximum.accumulate(mixed), unseen_change(scores, ages))


def design_effect(scores: Array, ages: Ages) -> float:
    """How many scores count as one, from the correlation of scores of the same window."""
    counts = np.bincount(ages).astype(np.float64)
    sums, squares = np.bincount(ages, scores), float(scores @ scores)
    means = sums[counts > 0] / counts[counts > 0]
    counts = counts[counts > 0]
    size = float(counts.mean())
    if len(counts) < 2 or size <= 1:
        return 1.0
    between = float(counts @ means**2)
    apart, within = between / len(counts), (squares - between) / max(counts.sum() - len(counts), 1)
    together = apart + (size - 1) * within
    correlation = (apart - within) / together if together > 0 else 0.0
    return 1 + (size - 1) * min(max(correlation, 0.0), 1.0)


def unseen_change(scores: Array, ages: Ages) -> float:
    """Standard deviation of the logarithm of the size of scores to come over that of the scores,
    which are of as many sizes as there are windows.
    """
    counts = np.bincount(ages)
    means = np.bincount(ages, np.abs(scores))[counts > 0] / counts[counts > 0]
    logs = np.log(means[means > 0])
    own = float(((logs - logs.mean()) ** 2).sum())
    change = (USUAL_WINDOWS * USUAL_CHANGE**2 + own) / (USUAL_WINDOWS + len(logs) - 1)
    return min(math.sqrt(change * USUAL_WINDOWS / (USUAL_WINDOWS + len(logs))), LARGEST_CHANGE)


def of_unknown_size(shape: Array, change: float) -> Array:
    """The quantiles of scores with this shape times a factor whose logarithm is normal."""
    middle = float(np.interp(0.5, GRID, shape))
    apart = shape - middle
    apart += np.ptp(apart) * _TELLING_APART
    sizes = np.exp(change * _SIZES)[:, None]
    points = np.sort((sizes * apart).ravel())
    reached = _LIKELY @ _level_at(points / sizes, apart)
    return np.asarray(middle + np.interp(GRID, reached, points), dtype=np.float64)


def _level_at(points: Array, shape: Array) -> Array:
    """The level that a shape reaches at points, its tails going on as normal ones do."""
    normal = np.interp(points, shape, _NORMAL)
    below, above = points < shape[0], points > shape[-1]
    normal[below] = _NORMAL[0] * points[below] / shape[0]
    normal[above] = _NORMAL[-1] * points[above] / shape[-1]
    return np.asarray(ndtr(normal), dtype=np.float64)


def _side(apart: Array, share: Array, both: float, number: float) -> float:
    """The spread of one side, drawn to that of both where it has few scores."""
    if not len(apart):
        return both
    own = float(share @ apart**2 / share.sum())
    count = number * float(share.sum())
    return math.sqrt((count * own + ALIKE_SCORES * both**2) / (count + ALIKE_SCORES))


def _sorted_at(levels: Array, scores: Array, share: Array) -> Array:
    order = np.argsort(scores)
    reached = np.cumsum(share[order]) - share[order] / 2
    return np.interp(levels, reached, scores[order])
