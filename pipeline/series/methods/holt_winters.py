"""Exponential smoothing of level, damped trend and season (Holt 1957, Winters 1960, Gardner and
McKenzie 1985); all settings of a grid are smoothed at once."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from pipeline.series.methods.method import Ahead, Array, Past
from pipeline.series.methods.theta import seasonal_indices

_LONGEST_SEASON = 400
_LEVELS = (0.05, 0.15, 0.3, 0.5, 0.8)
_TRENDS = (0.0, 0.05, 0.2)
_SEASONALS = (0.0, 0.1, 0.3)
_DAMPINGS = (0.85, 0.98)


@dataclass(frozen=True, slots=True)
class FittedSmoothing:
    """The last level, trend and season; of logarithms if ``is_log``."""

    level: float
    trend: float
    damping: float
    seasonal: Array
    is_log: bool

    def predict(self, ahead: Ahead) -> Array:
        steps = ahead.steps.astype(np.float64)
        moved = self.trend * self.damping * (1 - self.damping**steps) / (1 - self.damping)
        values = self.level + moved + np.take(self.seasonal, (ahead.steps - 1) % len(self.seasonal))
        return np.exp(values) if self.is_log else np.asarray(values)


@dataclass(frozen=True, slots=True)
class _Smoothed:
    error: float
    model: FittedSmoothing


def fit_holt_winters(past: Past) -> FittedSmoothing:
    """The setting with the smallest error one period ahead, of the values or, where all are above
    0, of their logarithms, if that is better."""
    values, season = past.filled, past.season if past.season <= _LONGEST_SEASON else 1
    plain = _smooth(values, season, is_log=False)
    if not past.is_positive or past.signed:
        return plain.model
    logarithms = _smooth(np.log(values), season, is_log=True)
    return logarithms.model if logarithms.error < plain.error else plain.model


def _smooth(values: Array, season: int, *, is_log: bool) -> _Smoothed:
    grid = np.array(
        list(product(_LEVELS, _TRENDS, _SEASONALS if season > 1 else (0.0,), _DAMPINGS))
    )
    alpha, beta, gamma, phi = grid.T
    start = seasonal_indices(values, season, multiplies=False)
    seasonal = np.tile(start, (len(grid), 1))
    adjusted = values - np.resize(start, len(values))
    width = min(len(values), max(season, 4))
    level = np.full(len(grid), adjusted[:width].mean())
    trend = np.zeros(len(grid))
    error = np.zeros(len(grid))
    for row, value in enumerate(values):
        place = row % seasonal.shape[1]
        expected = level + phi * trend
        told = expected + seasonal[:, place]
        off = value - told
        missed = np.exp(value) - np.exp(np.minimum(told, 700.0)) if is_log else off
        if row >= width:
            error += missed * missed
        level = expected + alpha * off
        trend = phi * trend + alpha * beta * off
        seasonal[:, place] += gamma * (1 - alpha) * off
    best = int(error.argmin())
    ahead = np.roll(seasonal[best], -(len(values) % seasonal.shape[1]))
    model = FittedSmoothing(
        float(level[best]), float(trend[best]), float(phi[best]), ahead.copy(), is_log
    )
    return _Smoothed(float(error[best]), model)
