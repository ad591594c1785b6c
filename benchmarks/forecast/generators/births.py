"""Products two to eight weeks old beside old ones of the same categories."""

import numpy as np
import pandas as pd

from benchmarks.forecast.generators.signals import (
    Array,
    Draw,
    counts,
    series_frame,
    wander,
    week_factors,
    year_wave,
)
from benchmarks.forecast.panel import Panel

HORIZON = 14
CATEGORIES = 4


def births(products: int, seed: int) -> Panel:
    """A category shares week and year; half of the products are young, some still grow."""
    draw = np.random.default_rng(seed)
    ds = pd.date_range("2022-01-01", periods=int(draw.integers(700, 900)), freq="D")
    weeks = [week_factors(draw, draw.uniform(0.1, 0.4)) for _ in range(CATEGORIES)]
    years = [year_wave(draw, ds, draw.uniform(0.05, 0.4)) for _ in range(CATEGORIES)]
    frames = []
    for number in range(products):
        category = number // 2 % CATEGORIES
        shape = np.log(weeks[category])[np.asarray(ds.day_of_week)] + years[category]
        is_young = number % 2 == 1
        age = int(draw.integers(14, 57)) if is_young else len(ds) - HORIZON
        frames.append(_product(draw, f"product {number:03d}", category, ds, shape, age, is_young))
    return Panel(
        name="births",
        frame=pd.concat(frames, ignore_index=True),
        frequency="daily",
        horizon=HORIZON,
        country="FR",
    )


def _product(
    draw: Draw,
    name: str,
    category: int,
    ds: pd.DatetimeIndex,
    shape: Array,
    age: int,
    is_young: bool,
) -> pd.DataFrame:
    rows = age + HORIZON
    launch = draw.uniform(0, 1.2) * np.exp(-np.arange(rows) / draw.uniform(5, 20))
    logarithm = (
        np.log(draw.lognormal(3, 0.8))
        + shape[-rows:]
        + draw.normal(0, 0.08, 7)[np.asarray(ds[-rows:].day_of_week)]
        + draw.choice([-1, 1]) * launch * is_young
        + wander(draw, rows, draw.uniform(0.02, 0.12), draw.uniform(0.3, 0.9))
    )
    return series_frame(
        name,
        ds[-rows:],
        y=counts(draw, np.exp(logarithm), draw.uniform(8, 60)),
        category=f"category {category}",
    )
