"""Exponential smoothing in state-space form (Hyndman, Koehler, Ord and Snyder 2008).

The errors are additive, of the values or, where all are above 0, of their logarithms, which makes
level and season multiplicative. Trend and season are there if Akaike's criterion wants them.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.statistical.innovations import (
    Array,
    Innovations,
    Recursion,
    fit_innovations,
)
from pipeline.forecast.statistical.scales import Scale, scale_of

NEWEST_ROWS = 2_000
_LONGEST_SEASON = 24
"""Each place of a season is a number to estimate; longer seasons are taken out beforehand."""
_LEAST_ALPHA, _MOST_ALPHA = 1e-3, 0.999
_LEAST_DAMPING, _MOST_DAMPING = 0.8, 0.98
"""Less is no trend, more is one that is not damped within any horizon."""
_FIRST_ALPHAS = (0.05, 0.3)


@dataclass(frozen=True)
class Smoothing:
    """Which exponential smoothing: the parameters are alpha, then beta / alpha and, if damped, phi
    of a trend, then gamma / (1 - alpha) of a season."""

    season: int = 1
    has_trend: bool = False
    is_damped: bool = False

    @cached_property
    def lower(self) -> Array:
        trend = [0.0, _LEAST_DAMPING][: self.has_trend + self.is_damped]
        return np.array([_LEAST_ALPHA, *trend, *[0.0] * (self.season > 1)])

    @cached_property
    def upper(self) -> Array:
        trend = [1.0, _MOST_DAMPING][: self.has_trend + self.is_damped]
        return np.array([_MOST_ALPHA, *trend, *[1.0] * (self.season > 1)])

    def start(self, alpha: float) -> Array:
        """A point to start from."""
        trend = [0.05, 0.95][: self.has_trend + self.is_damped]
        return np.array([alpha, *trend, *[0.1] * (self.season > 1)])

    def polynomials(self, parameters: Array) -> tuple[Array, Array]:
        """The reduced form: ``(1 - phi L) (1 - L^m) y = ma(L) e``."""
        alpha = parameters[0]
        beta = alpha * parameters[1] if self.has_trend else 0.0
        phi = parameters[2] if self.is_damped else 1.0
        gamma = (1 - alpha) * parameters[-1] if self.season > 1 else 0.0
        seasonal = np.zeros(self.season + 1)
        seasonal[0], seasonal[-1] = 1.0, -1.0
        whole, last = np.full(self.season, 1.0), np.zeros(self.season + 1)
        last[-1] = gamma
        if not self.has_trend:
            ar, level = seasonal, np.convolve(whole, [0.0, alpha])
        else:
            ar = np.convolve(seasonal, [1.0, -phi])
            level = np.convolve(whole, [0.0, alpha + phi * beta, -alpha * phi])
            last = np.convolve(last, [1.0, -phi])
        return ar, ar + level + last


@dataclass(frozen=True, slots=True)
class FittedSmoothing:
    """The chosen smoothing with its parameters, and the scale that it works on."""

    smoothing: Smoothing
    parameters: Array
    recursion: Recursion
    scale: Scale

    def predict(self, steps: NDArray[np.int64]) -> Array:
        """The forecast of some steps ahead, 1 for the first."""
        return self.scale.back(self.recursion.forecast(steps))


@dataclass(frozen=True, slots=True)
class _Tried:
    smoothing: Smoothing
    scale: Scale
    model: Innovations
    criterion: float


def fit_ets(
    values: Array, seasons: tuple[int, ...] = (), *, may_take_logs: bool = True
) -> FittedSmoothing:
    """The exponential smoothing with the smallest corrected criterion of Akaike.

    Scale and season are chosen without a trend; then the trend is.

    Parameters
    ----------
    values
        Without gaps; the newest 2,000 are looked at.
    seasons
        Rows after which the pattern repeats; the shortest is used, up to 24.
    may_take_logs
        Whether logarithms are tried.
    """
    values = values[-NEWEST_ROWS:]
    season = min((one for one in seasons if 1 < one <= _LONGEST_SEASON), default=1)
    season = season if len(values) >= 2 * season + 4 else 1
    scales = [scale_of(values, is_log=False)]
    if may_take_logs and values.min() > 0:
        scales.append(scale_of(values, is_log=True))
    without_trend = [
        _try(values, scale, Smoothing(length)) for scale in scales for length in {1, season}
    ]
    best = min(without_trend, key=lambda one: one.criterion)
    length = best.smoothing.season
    trends = [
        _try(values, best.scale, Smoothing(length, has_trend=True, is_damped=is_damped))
        for is_damped in (True, False)
        if len(values) > length + 8
    ]
    best = min((best, *trends), key=lambda one: one.criterion)
    return FittedSmoothing(best.smoothing, best.model.parameters, best.model.recursion, best.scale)


def _try(values: Array, scale: Scale, smoothing: Smoothing) -> _Tried:
    starts = np.array([smoothing.start(alpha) for alpha in _FIRST_ALPHAS])
    model = fit_innovations(scale.forward(values), smoothing, starts)
    return _Tried(smoothing, scale, model, model.aicc - 2 * scale.log_density(values))
