"""Seasons, and what is left of values told from its own newest rows: how a surprise fades.

The weights of the newest rows are Burg's (1967), which always lead back to the mean; how many there
are is chosen by Akaike's corrected criterion. Which mean that is, of the newest cycle, of four or
of all rows, is chosen by how far past forecasts of several distances were off.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter, lfiltic

from pipeline.forecast.statistical.decomposition import Seasons, decompose_scaled
from pipeline.forecast.statistical.nested_seasons import without_chance
from pipeline.forecast.statistical.scales import Scale

Array = NDArray[np.float64]

_MOST_WEIGHTS = 50
_CYCLES_OF_MEAN = (1, 4)
_USUAL_SEASON = 7
"""The cycle of values without a season."""
_LEAST_ROWS = 8


@dataclass(frozen=True, slots=True)
class FittedAutoregression:
    """Seasons, the mean of the rest, the weights of its newest rows (the newest first), and these
    rows themselves beside the mean."""

    seasons: Seasons
    mean: float
    weights: Array
    newest: Array
    scale: Scale

    def predict(self, steps: NDArray[np.int64]) -> Array:
        """The forecast of some steps ahead, 1 for the first."""
        rest = _ahead(self.weights, self.newest, int(steps.max(initial=0)))
        return self.scale.back(self.seasons.ahead(steps) + self.mean + rest[steps - 1])


def fit_autoregression(
    values: Array, seasons: tuple[int, ...] = (), year: float | None = None
) -> FittedAutoregression:
    """Take every season out of the values, or of their logarithms where their spread grows with
    their level, as far as it is more than chance, and let the rest tell itself.

    Parameters
    ----------
    values
        Without gaps.
    seasons
        Rows after which short patterns repeat, the shortest first.
    year
        How many rows a year has, if its pattern is wanted.
    """
    scaled = decompose_scaled(values, seasons, year)
    parts = without_chance(scaled.parts)
    rest, season = parts.rest, min(seasons, default=_USUAL_SEASON)
    most = min(season + 2, _MOST_WEIGHTS, len(rest) // 4)
    mean, weights = min(
        (
            (means[-1], burg_weights(apart, most), means)
            for means, apart in _means(rest, max(seasons, default=_USUAL_SEASON))
        ),
        key=lambda one: _error(rest, one[2], one[1], season),
    )[:2]
    newest = (rest[::-1][: len(weights)] - mean).copy()
    return FittedAutoregression(parts.seasons, float(mean), weights, newest, scaled.scale)


def burg_weights(values: Array, most: int) -> Array:
    """What the last values count in the next one, the newest first; up to ``most`` of them.

    Parameters
    ----------
    values
        Around 0.
    """
    rows = len(values)
    ahead, behind = values[1:], values[:-1]
    weights, best = np.zeros(0), np.zeros(0)
    variance = float(values @ values) / max(rows, 1)
    smallest = 1e-12 * variance
    criterion = _criterion(variance, rows, 0) if rows and variance > 0 else -np.inf
    for count in range(1, most + 1):
        size = float(ahead @ ahead + behind @ behind)
        if not variance > smallest or not size > 0:
            break
        reflection = 2 * float(ahead @ behind) / size
        weights = np.append(weights - reflection * weights[::-1], reflection)
        variance *= 1 - reflection * reflection
        if not variance > smallest:
            return weights
        reached = _criterion(variance, rows, count)
        if reached < criterion:
            criterion, best = reached, weights
        ahead, behind = (ahead - reflection * behind)[1:], (behind - reflection * ahead)[:-1]
    return best


def _criterion(variance: float, rows: int, count: int) -> float:
    return float(rows * np.log(variance) + 2 * (count + 1) * rows / max(rows - count - 2, 1))


def _means(rest: Array, cycle: int) -> Iterator[tuple[Array, Array]]:
    """Ways to tell the mean: before each row and after the last, and values beside it."""
    rows = len(rest)
    sums = np.concatenate([[0.0], np.cumsum(rest)])
    for cycles in _CYCLES_OF_MEAN:
        span = cycles * cycle
        if span + _LEAST_ROWS > rows // 2:
            continue
        means = np.full(rows + 1, sums[span] / span)
        means[span:] = (sums[span:] - sums[:-span]) / span
        yield means, (rest - means[1:])[span:]
    mean = float(rest.mean())
    yield np.full(rows + 1, mean), rest - mean


def _error(rest: Array, means: Array, weights: Array, season: int) -> float:
    """How far forecasts of a quarter of a season, one and two seasons ahead were off."""
    total = 0.0
    for steps in (max(season // 4, 1), season, 2 * season):
        far = _weights_at(weights, steps)
        origins = np.arange(max(len(rest) // 2, len(far) + 1), len(rest) - steps)
        if not len(origins):
            return 0.0
        made = means[origins] * (1 - far.sum())
        if len(far):
            made = made + np.convolve(rest, far)[origins - 1]
        total += float(np.abs(rest[origins + steps - 1] - made).mean())
    return total


def _weights_at(weights: Array, steps: int) -> Array:
    """What the last values count in the one so many steps ahead."""
    found = weights
    for _ in range(steps - 1 if len(weights) else 0):
        found = found[0] * weights + np.append(found[1:], 0.0)
    return found


def _ahead(weights: Array, newest: Array, steps: int) -> Array:
    """The next values of a series around 0."""
    if not len(weights):
        return np.zeros(steps)
    polynomial = np.concatenate([[1.0], -weights])
    state = lfiltic(np.ones(1), polynomial, newest)
    return np.asarray(lfilter(np.ones(1), polynomial, np.zeros(steps), zi=state)[0])
