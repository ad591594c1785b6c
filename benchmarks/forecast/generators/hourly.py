"""Hourly series of several kinds: loads, counts, growth, bursts, and what happens by day only."""

import numpy as np
import pandas as pd

from benchmarks.forecast.generators.signals import (
    Array,
    Draw,
    bent_trend,
    counts,
    day_curve,
    series_frame,
    wander,
    week_factors,
)
from benchmarks.forecast.panel import Panel


def hourly(products: int, seed: int) -> Panel:
    """Five to thirteen weeks of hours; the kinds take turns."""
    draw = np.random.default_rng(seed)
    kinds = (_load, _counts, _growth, _bursts, _daylight)
    frames = []
    for number in range(products):
        kind = kinds[number % len(kinds)]
        rows = 24 * int(draw.integers(35, 92))
        ds = pd.date_range(end="2024-05-19 23:00", periods=rows, freq="h")
        values = kind(draw, ds)
        frames.append(series_frame(f"{kind.__name__[1:]} {number:03d}", ds, y=values))
    return Panel(
        name="hourly",
        frame=pd.concat(frames, ignore_index=True),
        frequency="hourly",
        horizon=48,
        country="US",
    )


def _load(draw: Draw, ds: pd.DatetimeIndex) -> Array:
    """Two seasons that add, and slow weather."""
    level = draw.lognormal(5, 1)
    shape = 1 + 0.3 * (_hours(draw, ds) - 1) + draw.uniform(0.5, 1) * (_week(draw, ds, 0.1) - 1)
    shape = shape + wander(draw, len(ds), draw.uniform(0.02, 0.1), draw.uniform(0.95, 0.995))
    return np.maximum(level * (shape + draw.normal(0, draw.uniform(0.01, 0.04), len(ds))), 0.0)


def _counts(draw: Draw, ds: pd.DatetimeIndex) -> Array:
    """Few or many events an hour, another curve on days off."""
    work, rest = day_curve(draw, 2), day_curve(draw, 1)
    is_rest = np.asarray(ds.day_of_week) >= 5
    curve = np.where(is_rest, draw.uniform(0.3, 1.2) * rest[ds.hour], work[ds.hour])
    mean = draw.lognormal(2.5, 1) * curve * np.exp(wander(draw, len(ds), 0.15, 0.9))
    return counts(draw, mean, draw.uniform(3, 40))


def _growth(draw: Draw, ds: pd.DatetimeIndex) -> Array:
    """A season that grows with the level."""
    trend = bent_trend(draw, len(ds), 1.5)
    mean = np.exp(draw.normal(4, 1) + trend) * _hours(draw, ds) * _week(draw, ds, 0.15)
    return np.maximum(mean * (1 + draw.normal(0, draw.uniform(0.03, 0.15), len(ds))), 0.0)


def _bursts(draw: Draw, ds: pd.DatetimeIndex) -> Array:
    """A daily curve with spikes that fade over some hours."""
    mean = draw.lognormal(3, 0.7) * _hours(draw, ds)
    spikes = np.zeros(len(ds))
    fade = np.exp(-np.arange(24) / draw.uniform(1, 6))
    for start in np.flatnonzero(draw.random(len(ds)) < draw.uniform(0.002, 0.01)):
        tail = spikes[start : start + 24]
        tail += draw.uniform(1, 6) * mean.mean() * fade[: len(tail)]
    return counts(draw, mean + spikes, draw.uniform(5, 50))


def _daylight(draw: Draw, ds: pd.DatetimeIndex) -> Array:
    """Nothing by night, and cloudy days."""
    height = np.maximum(np.sin(np.pi * (np.asarray(ds.hour, dtype=float) - 6) / 13), 0.0)
    clouds = draw.beta(2, 1, len(ds) // 24 + 2)[np.arange(len(ds)) // 24]
    noise = np.exp(draw.normal(0, draw.uniform(0.05, 0.2), len(ds)))
    return np.asarray(draw.lognormal(4, 1) * height * clouds * noise)


def _hours(draw: Draw, ds: pd.DatetimeIndex) -> Array:
    return np.asarray(day_curve(draw, int(draw.integers(1, 4)))[ds.hour])


def _week(draw: Draw, ds: pd.DatetimeIndex, spread: float) -> Array:
    return np.asarray(week_factors(draw, spread)[ds.day_of_week])
