"""Five years of sales of products in stores: trend, week and year multiply."""

import numpy as np
import pandas as pd

from benchmarks.forecast.generators.signals import (
    bent_trend,
    counts,
    series_frame,
    wander,
    week_factors,
    year_wave,
)
from benchmarks.forecast.panel import Panel

PRODUCTS_OF_STORE = 5


def store_products(products: int, seed: int) -> Panel:
    """Stores share a trend, products a season; each pair has its level and noise."""
    draw = np.random.default_rng(seed)
    ds = pd.date_range("2019-01-01", periods=int(draw.integers(1_700, 1_830)), freq="D")
    week = week_factors(draw, draw.uniform(0.1, 0.3))
    seasons = [year_wave(draw, ds, draw.uniform(0.1, 0.4)) for _ in range(PRODUCTS_OF_STORE)]
    frames = []
    for number in range(products):
        store, product = divmod(number, PRODUCTS_OF_STORE)
        if product == 0:
            trend = bent_trend(draw, len(ds), 0.6)
            level = draw.normal(3.2, 0.5)
        own_week = np.log(week) + draw.normal(0, 0.03, 7)
        logarithm = level + draw.normal(0, 0.4) + trend + seasons[product]
        logarithm = logarithm + own_week[np.asarray(ds.day_of_week)]
        logarithm = logarithm + wander(draw, len(ds), draw.uniform(0, 0.06), 0.9)
        sales = counts(draw, np.exp(logarithm), draw.uniform(20, 200))
        name = f"store {store:02d}, product {product}"
        frames.append(series_frame(name, ds, y=sales, category=f"product {product}"))
    return Panel(
        name="store_products",
        frame=pd.concat(frames, ignore_index=True),
        frequency="daily",
        horizon=28,
        country="US",
    )
