"""Intervals from the errors that a model made on rows it had not seen (split conformal prediction).

An error is divided by the square root of the forecast times the usual level, because large
forecasts err by more; the quantile of these scores among errors of a similar distance, with the
correction for a finite sample, gives half the width of the interval (Lei et al. 2018). Farther
forecasts never get a narrower interval than nearer ones.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BUCKET_ENDS = (1.0, 2.0, np.inf)
MIN_SCORES = 20
SMALLEST_SHARE = 0.05

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Errors:
    """Forecasts and actual values at 1, 2, 3, … steps from one origin."""

    predicted: Array
    actual: Array


@dataclass(frozen=True, slots=True)
class Calibration:
    """Interval half widths, as multiples of the error scale, by distance in windows."""

    level: float
    window: int
    widths: tuple[float, ...]

    def interval(self, predicted: Array, steps: NDArray[np.int64]) -> tuple[Array, Array]:
        """Lower (not below 0) and upper bounds."""
        buckets = np.searchsorted(BUCKET_ENDS, steps / self.window)
        half = np.asarray(self.widths)[buckets] * error_scale(predicted, self.level)
        return np.maximum(predicted - half, 0.0), predicted + half


def calibrate(
    errors: Sequence[Errors], *, level: float, window: int, interval_width: float
) -> Calibration:
    """Learn how wide intervals must be.

    Parameters
    ----------
    errors
        Of several origins; rows whose actual value is missing do not count.
    level
        Mean quantity of a period, which gives errors their unit.
    window
        Rows of a backtest window: steps up to one window, up to two, and beyond are told apart.
    interval_width
        Share of values that the interval should contain.
    """
    distances = np.concatenate([np.arange(1, len(one.actual) + 1) / window for one in errors])
    predicted = np.concatenate([one.predicted for one in errors])
    actual = np.concatenate([one.actual for one in errors])
    known = np.isfinite(actual)
    off, scale = np.abs(actual - predicted), error_scale(predicted, level)
    scores = np.divide(off, scale, out=np.zeros_like(off), where=scale > 0)[known]
    buckets = np.searchsorted(BUCKET_ENDS, distances[known])
    widths = [_quantile(scores, interval_width)]
    for bucket in range(len(BUCKET_ENDS)):
        near = scores[buckets == bucket]
        enough = len(near) >= MIN_SCORES
        widths.append(_quantile(near, interval_width) if enough else widths[-1])
    return Calibration(level, window, tuple(np.maximum.accumulate(widths[1:]).tolist()))


def error_scale(predicted: Array, level: float) -> Array:
    """The size that errors are measured against."""
    return np.sqrt(np.maximum(predicted, SMALLEST_SHARE * level) * level)


def _quantile(scores: Array, share: float) -> float:
    if len(scores) == 0:
        return 0.0
    corrected = min(1.0, math.ceil((len(scores) + 1) * share) / len(scores))
    return float(np.quantile(scores, corrected))
