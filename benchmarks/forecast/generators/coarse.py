"""Series by week and by month."""

import numpy as np
import pandas as pd

from benchmarks.forecast.generators.signals import (
    Array,
    Draw,
    bent_trend,
    series_frame,
    wander,
    year_wave,
)
from benchmarks.forecast.panel import Panel


def weekly(products: int, seed: int) -> Panel:
    """Two to six years of weeks, with a year, a trend and some peaks of their own."""
    draw = np.random.default_rng(seed)
    frames = []
    for number in range(products):
        ds = pd.date_range(end="2024-09-30", periods=int(draw.integers(110, 320)), freq="W-MON")
        peak = draw.integers(1, 53)
        peaks = draw.uniform(0, 0.8) * (np.asarray(ds.isocalendar().week) == peak)
        values = _values(draw, ds, peaks)
        frames.append(series_frame(f"series {number:03d}", ds, y=values))
    return Panel(
        name="weekly",
        frame=pd.concat(frames, ignore_index=True),
        frequency="weekly",
        horizon=13,
        country="US",
    )


def monthly(products: int, seed: int) -> Panel:
    """Four to fourteen years of months, with a year and a trend."""
    draw = np.random.default_rng(seed)
    frames = []
    for number in range(products):
        ds = pd.date_range(end="2024-09-01", periods=int(draw.integers(60, 170)), freq="MS")
        values = _values(draw, ds, np.zeros(len(ds)))
        frames.append(series_frame(f"series {number:03d}", ds, y=values))
    return Panel(
        name="monthly",
        frame=pd.concat(frames, ignore_index=True),
        frequency="monthly",
        horizon=12,
        country="US",
    )


def _values(draw: Draw, ds: pd.DatetimeIndex, peaks: Array) -> Array:
    rows = len(ds)
    season = year_wave(draw, ds, draw.uniform(0, 0.35)) + peaks
    drift = bent_trend(draw, rows, draw.uniform(0.1, 1.2))
    walk = np.cumsum(draw.normal(0, draw.uniform(0, 0.03), rows))
    noise = wander(draw, rows, draw.uniform(0.02, 0.15), draw.uniform(0, 0.7))
    level = draw.lognormal(6, 1.5)
    if draw.random() < 0.5:
        return np.asarray(level * np.exp(season + drift + walk + noise))
    return np.maximum(level * (1.2 + season + drift + walk + noise), 0.0)
