"""Sales by day of products whose shop closes, that sell out, or that change for good."""

from datetime import date

import numpy as np
import pandas as pd

from benchmarks.forecast.generators.signals import (
    Array,
    Draw,
    Flags,
    counts,
    series_frame,
    wander,
    week_factors,
    year_wave,
)
from benchmarks.forecast.panel import Panel


def disruptions(products: int, seed: int) -> Panel:
    """Closures are planned; nobody says which zeros were empty shelves, and those are not scored.

    A plan of closures reaches into the future, so that coming ones have to be obeyed.
    """
    draw = np.random.default_rng(seed)
    ds = pd.date_range("2022-06-01", periods=int(draw.integers(560, 800)), freq="D")
    spans = _closures(draw, ds)
    closed = np.zeros(len(ds), dtype=bool)
    for first, last in spans:
        closed |= (ds >= pd.Timestamp(first)) & (ds <= pd.Timestamp(last))
    frames = [_product(draw, f"product {n:03d}", ds, closed) for n in range(products)]
    return Panel(
        name="disruptions",
        frame=pd.concat(frames, ignore_index=True),
        frequency="daily",
        horizon=28,
        country="ES",
        closures=spans,
    )


def _product(draw: Draw, name: str, ds: pd.DatetimeIndex, closed: Flags) -> pd.DataFrame:
    logarithm = (
        np.log(draw.lognormal(3, 1))
        + np.log(week_factors(draw, draw.uniform(0.05, 0.4)))[np.asarray(ds.day_of_week)]
        + year_wave(draw, ds, draw.uniform(0, 0.25))
        + _level_shifts(draw, len(ds))
        + wander(draw, len(ds), draw.uniform(0.02, 0.15), draw.uniform(0.3, 0.95))
    )
    demand = counts(draw, np.exp(logarithm), draw.uniform(5, 60))
    sold_out = _sold_out(draw, len(ds))
    return series_frame(
        name,
        ds,
        y=np.where(closed | sold_out, 0.0, demand + _large_orders(draw, demand)),
        scored=~(closed | sold_out),
    )


def _level_shifts(draw: Draw, rows: int) -> Array:
    """None, one or two changes for good; half of the products have one."""
    steps = np.zeros(rows)
    for _ in range(draw.choice([0, 1, 2], p=[0.5, 0.35, 0.15])):
        steps[draw.integers(rows // 5, rows)] = draw.choice([-1, 1]) * draw.uniform(0.3, 1)
    return np.cumsum(steps)


def _sold_out(draw: Draw, rows: int) -> Flags:
    """Empty shelves for one to ten days, at random times."""
    empty = np.zeros(rows, dtype=bool)
    for start in draw.integers(0, rows, draw.integers(0, 7)):
        empty[start : start + draw.integers(1, 11)] = True
    return empty


def _large_orders(draw: Draw, demand: Array) -> Array:
    is_large = draw.random(len(demand)) < draw.uniform(0, 0.006)
    return np.asarray(np.round(is_large * demand.mean() * draw.uniform(2, 6, len(demand))))


def _closures(draw: Draw, ds: pd.DatetimeIndex) -> tuple[tuple[date, date], ...]:
    """A summer and a winter break each year, and a few days within the last two months."""
    spans = []
    for year in range(ds[0].year, ds[-1].year + 1):
        summer = pd.Timestamp(year, 8, int(draw.integers(1, 12)))
        winter = pd.Timestamp(year, 12, 24)
        spans += [(summer, int(draw.integers(7, 20))), (winter, int(draw.integers(3, 10)))]
    spans.append((ds[-int(draw.integers(20, 50))], int(draw.integers(2, 6))))
    return tuple(
        (first.date(), (first + pd.Timedelta(days=days - 1)).date()) for first, days in spans
    )
