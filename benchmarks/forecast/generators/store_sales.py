"""Sales of stores by day, with promotions, prices and school holidays that are planned ahead."""

import holidays
import numpy as np
import pandas as pd

from benchmarks.forecast.generators.signals import (
    Array,
    Draw,
    bent_trend,
    series_frame,
    wander,
    week_factors,
    year_wave,
)
from benchmarks.forecast.panel import Panel

COUNTRIES = ("DE", "FR", "ES", "US", "GB")


def store_sales(products: int, seed: int) -> Panel:
    """Some two and a half years; each store has its own week, answer to promotions and noise."""
    draw = np.random.default_rng(seed)
    country = str(draw.choice(COUNTRIES))
    ds = pd.date_range("2022-01-03", periods=int(draw.integers(760, 960)), freq="D")
    plan = _promotion_plan(draw, len(ds))
    is_holiday = _public_holidays(country, ds)
    free_weeks = np.repeat(draw.random(len(ds) // 7 + 1) < 0.2, 7)[: len(ds)].astype(float)
    frames = [
        _store(draw, f"store {number:03d}", ds, plan, is_holiday, free_weeks)
        for number in range(products)
    ]
    return Panel(
        name="store_sales",
        frame=pd.concat(frames, ignore_index=True),
        frequency="daily",
        horizon=28,
        covariates=("promotion", "price", "school_holiday"),
        country=country,
    )


def _store(
    draw: Draw, name: str, ds: pd.DatetimeIndex, plan: Array, is_holiday: Array, free_weeks: Array
) -> pd.DataFrame:
    weekday = np.asarray(ds.day_of_week)
    joins = draw.random(len(ds) // 7 + 1) < draw.uniform(0.6, 1)
    promotion = plan * np.repeat(joins, 7)[: len(ds)]
    listed = _prices(draw, len(ds))
    discount = np.where(promotion > 0, draw.uniform(0.75, 0.95), 1.0)
    price = np.asarray(np.round(listed * discount, 2), dtype=float)
    logarithm = (
        np.log(draw.lognormal(6, 1))
        + np.log(week_factors(draw, draw.uniform(0.05, 0.35)))[weekday]
        + year_wave(draw, ds, draw.uniform(0.02, 0.2))
        + bent_trend(draw, len(ds), 0.3)
        + draw.uniform(0.1, 0.5) * promotion
        - draw.uniform(0.3, 2) * np.log(price / price.mean())
        + draw.normal(0, 0.1) * free_weeks
        + draw.normal(0, 0.3) * is_holiday
        + draw.uniform(0, 0.4) * _december(ds)
        + wander(draw, len(ds), draw.uniform(0.03, 0.12), draw.uniform(0.2, 0.8))
    )
    noise = np.exp(draw.normal(0, draw.uniform(0.05, 0.15), len(ds)))
    never_on_sunday = draw.random() < 0.6
    is_open = np.where((weekday == 6) & never_on_sunday, 0.0, 1.0)
    return series_frame(
        name,
        ds,
        y=np.round(np.exp(logarithm) * noise * is_open),
        promotion=promotion,
        price=price,
        school_holiday=free_weeks,
    )


def _promotion_plan(draw: Draw, rows: int) -> Array:
    """Blocks of some weekdays in weeks of the chain's choice."""
    weeks = rows // 7 + 1
    days = np.zeros((weeks, 7))
    length = int(draw.integers(3, 8))
    days[draw.random(weeks) < draw.uniform(0.15, 0.5), :length] = 1.0
    return days.ravel()[:rows]


def _prices(draw: Draw, rows: int) -> Array:
    """A list price that changes a few times."""
    changes = np.zeros(rows)
    when = draw.integers(0, rows, draw.integers(1, 6))
    changes[when] = draw.normal(0.02, 0.06, len(when))
    return np.asarray(draw.uniform(1, 30) * np.exp(np.cumsum(changes)))


def _december(ds: pd.DatetimeIndex) -> Array:
    before = (ds.month == 12) & (ds.day <= 24)
    return np.where(before, np.asarray(ds.day, dtype=float) / 24, 0.0)


def _public_holidays(country: str, ds: pd.DatetimeIndex) -> Array:
    known = holidays.country_holidays(country, years=sorted(set(ds.year)))
    return np.array([float(day in known) for day in ds.date])
