"""Products that sell on few days, in small or lumpy amounts."""

import numpy as np
import pandas as pd

from benchmarks.forecast.generators.signals import (
    bent_trend,
    series_frame,
    week_factors,
    year_wave,
)
from benchmarks.forecast.panel import Panel


def intermittent(products: int, seed: int) -> Panel:
    """Between 5 and 45 % of the days have a sale; chances have a week, a year and a trend."""
    draw = np.random.default_rng(seed)
    ds = pd.date_range("2022-03-01", periods=int(draw.integers(500, 900)), freq="D")
    frames = []
    for number in range(products):
        share = draw.uniform(0.05, 0.45)
        shape = (
            np.log(week_factors(draw, draw.uniform(0, 0.4)))[np.asarray(ds.day_of_week)]
            + year_wave(draw, ds, draw.uniform(0, 0.4))
            + bent_trend(draw, len(ds), draw.uniform(0, 1))
        )
        sells = draw.random(len(ds)) < np.minimum(share * np.exp(shape - shape.mean()), 0.95)
        amounts = draw.negative_binomial(draw.uniform(0.5, 5), draw.uniform(0.2, 0.9), len(ds))
        values = np.where(sells, 1.0 + amounts, 0.0)
        frames.append(series_frame(f"product {number:03d}", ds, y=values))
    return Panel(
        name="intermittent",
        frame=pd.concat(frames, ignore_index=True),
        frequency="daily",
        horizon=28,
        country="ES",
    )
