"""The parts that generated series are made of; each draws its own size and shape."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Draw = np.random.Generator


def week_factors(draw: Draw, spread: float) -> Array:
    """Seven positive factors with mean 1."""
    factors = np.exp(draw.normal(0, spread, 7))
    return np.asarray(factors / factors.mean())


def year_wave(draw: Draw, ds: pd.DatetimeIndex, spread: float) -> Array:
    """A smooth curve over the year, about 0: two harmonics of random phase."""
    angle = 2 * np.pi * np.asarray(ds.day_of_year, dtype=float) / 365.25
    first, second = draw.uniform(0, 2 * np.pi, 2)
    return np.asarray(
        spread * np.cos(angle - first) + spread * draw.uniform(0, 0.6) * np.cos(2 * angle - second)
    )


def day_curve(draw: Draw, peaks: int) -> Array:
    """Twenty-four factors with mean 1: quiet nights and some peaks."""
    hours = np.arange(24)
    curve = np.full(24, draw.uniform(0.05, 0.5))
    for centre in draw.choice(np.arange(7, 22), peaks, replace=False):
        away = np.minimum(np.abs(hours - centre), 24 - np.abs(hours - centre))
        curve += draw.uniform(0.5, 1.5) * np.exp(-((away / draw.uniform(1.5, 4)) ** 2))
    return np.asarray(curve / curve.mean())


def bent_trend(draw: Draw, rows: int, spread: float) -> Array:
    """Straight pieces about 0, bent at up to three places."""
    bends = np.sort(draw.integers(0, rows, draw.integers(0, 4)))
    slopes = draw.normal(0, spread / rows, len(bends) + 1)
    return np.cumsum(slopes[np.searchsorted(bends, np.arange(rows), side="right")])


def wander(draw: Draw, rows: int, spread: float, memory: float) -> Array:
    """Noise that remembers: an autoregression with standard deviation ``spread``."""
    steps = draw.normal(0, spread * np.sqrt(1 - memory**2), rows)
    values = np.empty(rows)
    value = draw.normal(0, spread)
    for row, step in enumerate(steps):
        value = memory * value + step
        values[row] = value
    return values


def counts(draw: Draw, mean: Array, dispersion: float) -> Array:
    """Whole numbers about ``mean``, with more spread the smaller ``dispersion``."""
    return draw.poisson(mean * draw.gamma(dispersion, 1 / dispersion, len(mean))).astype(float)


def series_frame(name: str, ds: pd.DatetimeIndex, **columns: Array | Flags | str) -> pd.DataFrame:
    """One series in the shape of a panel, every row scored unless ``scored`` says otherwise."""
    return pd.DataFrame({"series": name, "ds": ds, "scored": True} | columns)
