"""The Theta method: a smoothed level with half of the trend, on seasonally adjusted values
(Assimakopoulos and Nikolopoulos 2000, in the form of Hyndman and Billah 2003)."""

from dataclasses import dataclass

import numpy as np

from pipeline.series.methods.method import Ahead, Array, Past

_ALPHAS = np.linspace(0.02, 0.98, 33)


@dataclass(frozen=True, slots=True)
class FittedTheta:
    """A line from the end of the past on, and what the season makes of it."""

    level: float
    slope: float
    seasonal: Array
    multiplies: bool

    def predict(self, ahead: Ahead) -> Array:
        line = self.level + self.slope * ahead.steps.astype(np.float64)
        seasonal = np.take(self.seasonal, (ahead.steps - 1) % len(self.seasonal))
        return np.asarray(line * seasonal if self.multiplies else line + seasonal)


def fit_theta(past: Past) -> FittedTheta:
    """Take the season out, smooth exponentially with the best weight, and add half the trend."""
    values = past.filled
    multiplies = past.is_positive and not past.signed
    seasonal = seasonal_indices(values, past.season, multiplies=multiplies)
    repeated = np.resize(seasonal, len(values))
    adjusted = values / repeated if multiplies else values - repeated
    places = np.arange(len(values), dtype=np.float64)
    slope = float(np.polyfit(places, adjusted, 1)[0]) / 2 if len(values) > 2 else 0.0
    level, alpha = _smoothed(adjusted)
    behind = (1 - (1 - alpha) ** len(values)) / alpha - 1
    ahead = np.roll(seasonal, -(len(values) % len(seasonal)))
    return FittedTheta(level + slope * behind, slope, ahead, multiplies)


def seasonal_indices(values: Array, season: int, *, multiplies: bool) -> Array:
    """The usual factor (around 1), or addend (around 0), of each place of the season, the place of
    the first value first; neutral for a season of 1."""
    neutral = 1.0 if multiplies else 0.0
    if season == 1 or len(values) < 2 * season:
        return np.array([neutral])
    trend = _moving_average(values, season)
    ratio = values / trend if multiplies else values - trend
    rows = -(-len(values) // season)
    padded = np.full(rows * season, np.nan)
    padded[: len(values)] = ratio
    by_place = padded.reshape(rows, season)
    known = np.isfinite(by_place).any(axis=0)
    indices = np.full(season, neutral)
    indices[known] = np.nanmedian(by_place[:, known], axis=0)
    mean = float(indices.mean())
    return indices / mean if multiplies else indices - mean


def _moving_average(values: Array, season: int) -> Array:
    """Centred over one season; missing at both ends."""
    weights = np.ones(season) / season
    if season % 2 == 0:
        weights = np.concatenate([[0.5], np.ones(season - 1), [0.5]]) / season
    trend = np.full(len(values), np.nan)
    middle = np.convolve(values, weights, mode="valid")
    start = len(weights) // 2
    trend[start : start + len(middle)] = middle
    return trend


def _smoothed(values: Array) -> tuple[float, float]:
    """The last level and the weight with the smallest error one period ahead."""
    level = np.full(len(_ALPHAS), values[: min(len(values), 4)].mean())
    error = np.zeros(len(_ALPHAS))
    for value in values:
        off = value - level
        error += off * off
        level += _ALPHAS * off
    best = int(error.argmin())
    return float(level[best]), float(_ALPHAS[best])
