"""Quantiles of what is sold in small numbers, where errors are no continuous quantity.

What was sold at each forecast is counted directly: the distribution of sales at a forecast is that
of the sales at similar forecasts of the backtest, and where there are few of them, the negative
binomial distribution under which all sales of the backtest are likeliest. Rounded errors would be
too wide where a zero is the rule, and would grow without measure where a forecast is many times
what the forecasts of the backtest were.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Array = NDArray[np.float64]

LARGEST_MEAN = 10.0
"""Above this forecast on average, counts are as good as continuous."""
LEAST_VARIANCE = 1.0
"""Beside the mean: sales that scatter less than by pure chance (timetables, standing orders) are
no counts of independent customers."""
SMALLEST_SHARE = 0.02
"""Of the usual level: not even a forecast of 0 excludes a sale."""
EXCESSES: Final = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0)
"""The variance is the mean plus one of these times its square."""
SIMILAR = 0.3
"""Forecasts whose square roots differ by so much (1 and 1.7, 4 and 5.3) are similar."""
ASSUMED = 20.0
"""What the negative binomial distribution counts in periods of the backtest."""
EXACT_UP_TO = 30
STEP = 1.06
"""Larger numbers are told to this ratio."""
_CERTAIN = 1e-9
_CELLS = 200_000


@dataclass(frozen=True, slots=True)
class SmallCounts:
    """What was sold at which forecasts.

    Attributes
    ----------
    excess
        Of the negative binomial distribution, one of `EXCESSES`.
    least
        Forecasts below it count as if they were there.
    expected, sold, weights
        Forecasts of the backtest, the numbers sold, and what each of them counts; the smallest
        numbers first.
    """

    excess: float
    least: float
    expected: Array
    sold: Array
    weights: Array

    def quantiles(self, predicted: Array, levels: Sequence[float]) -> Array:
        """One row per forecast, one column per level: the least number that suffices so often."""
        mean = np.maximum(predicted, self.least)
        numbers = _numbers(self._farthest(float(mean.max()), max(levels)))
        rows = max(1, _CELLS // (int(numbers[-1]) + len(self.sold)))
        found = [
            self._suffices(mean[start : start + rows], numbers, levels)
            for start in range(0, len(mean), rows)
        ]
        return np.concatenate(found)

    def _farthest(self, mean: float, level: float) -> float:
        """No quantile that is asked for lies farther, by the inequalities of Markov and Cantelli;
        of levels near 1 this is a bound for numbers that make sense.
        """
        largest = float(self.sold.max())
        by_spread = 1.5 * max(largest, 8 * (1 + self.excess) * mean + 8)
        variance = mean * (1 + self.excess * mean)
        by_level = min(mean / (1 - level), mean + np.sqrt(variance * level / (1 - level)))
        return min(by_spread, max(largest, float(by_level)))

    def _suffices(self, mean: Array, numbers: Array, levels: Sequence[float]) -> Array:
        apart = (np.sqrt(self.expected) - np.sqrt(mean)[:, None]) / SIMILAR
        similar = self.weights * np.exp(-(apart**2) / 2)
        seen = np.cumsum(similar, axis=1)[:, np.searchsorted(self.sold, numbers, "right") - 1]
        seen[:, numbers < self.sold[0]] = 0.0
        assumed = ASSUMED * _share_up_to(numbers, mean, self.excess)
        reached = (seen + assumed) / (similar.sum(axis=1, keepdims=True) + ASSUMED)
        places = [(reached < level - _CERTAIN).sum(axis=1) for level in levels]
        nearest = np.minimum(np.stack(places, axis=1), len(numbers) - 1)
        return np.asarray(numbers[nearest], dtype=np.float64)


def small_counts(sold: Array, predicted: Array, weights: Array, level: float) -> SmallCounts | None:
    """The distribution of whole numbers ``sold`` at forecasts ``predicted`` of the backtest.

    None where the numbers are not small or scatter less than counts do.
    """
    least = SMALLEST_SHARE * level
    mean = np.maximum(predicted, least)
    scatter = float(weights @ (sold - mean) ** 2)
    if float(weights @ mean) > LARGEST_MEAN * float(weights.sum()):
        return None
    if scatter < LEAST_VARIANCE * float(weights @ mean):
        return None
    fits = [float(weights @ _log_likelihood(sold, mean, excess)) for excess in EXCESSES]
    order = np.argsort(sold)
    excess = EXCESSES[int(np.argmax(fits))]
    return SmallCounts(excess, least, mean[order], sold[order], weights[order])


def _log_likelihood(sold: Array, mean: Array, excess: float) -> Array:
    """Of the negative binomial distribution, but for what does not hang on ``excess``."""
    if excess == 0:
        return np.asarray(sold * np.log(mean) - mean, dtype=np.float64)
    size = 1 / excess
    chances = size * np.log(size / (size + mean)) + sold * np.log(mean / (size + mean))
    return np.asarray(gammaln(sold + size) - gammaln(size) + chances, dtype=np.float64)


def _share_up_to(numbers: Array, mean: Array, excess: float) -> Array:
    """One row per mean, one column per number: the chances of all numbers up to it, added up, for
    a fraction of the time that incomplete beta and gamma functions take.
    """
    each = np.arange(numbers[-1] + 1)
    logarithms = _log_likelihood(each, mean[:, None], excess) - gammaln(each + 1)
    return np.cumsum(np.exp(logarithms), axis=1)[:, numbers.astype(np.int64)]


def _numbers(farthest: float) -> Array:
    """All small numbers, and larger ones in steps."""
    large = EXACT_UP_TO * STEP ** np.arange(1, 1 + max(0, _steps(farthest)))
    return np.concatenate([np.arange(EXACT_UP_TO + 1.0), np.unique(np.ceil(large))])


def _steps(farthest: float) -> int:
    return int(np.ceil(np.log(max(farthest, 1.0) / EXACT_UP_TO) / np.log(STEP)))
