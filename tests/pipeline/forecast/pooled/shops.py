"""Small shops with promotions, closures and products born late."""

import numpy as np
import pandas as pd

Shop = dict[str, tuple[str | None, pd.DataFrame]]

WEEK = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.5, 0.8])
UPLIFT = 2.0
DAYS_AHEAD = 40


def shop(products: int = 8, days: int = 420, *, seed: int = 0, noise: bool = True) -> Shop:
    """Products whose promotions double the sales and are stated forty days ahead.

    Every fourth one was born within the last 100 days.
    """
    rng = np.random.default_rng(seed)
    ds = pd.date_range("2023-01-02", periods=days + DAYS_AHEAD, freq="D")
    made: Shop = {}
    for number in range(products):
        promotion = _spells(rng, len(ds))
        level = np.exp(rng.normal(3.5, 0.5))
        expected = level * WEEK[ds.day_of_week] * np.where(promotion > 0, UPLIFT, 1.0)
        quantity = rng.poisson(expected).astype(float) if noise else expected
        quantity[days:] = np.nan
        frame = pd.DataFrame({"ds": ds, "quantity": quantity, "promotion": promotion})
        born = days - 100 + number if number % 4 == 3 else 0
        made[f"p{number}"] = ("cake" if number % 2 else "bread", frame.iloc[born:])
    return made


def _spells(rng: np.random.Generator, days: int) -> np.ndarray:
    promotion = np.zeros(days)
    start = int(rng.integers(5, 25))
    while start < days:
        promotion[start : start + 6] = 1.0
        start += int(rng.integers(20, 40))
    return promotion
