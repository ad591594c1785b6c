"""How much the sample shop could sell, and what then happens on the shelf.

Every function works on a whole matrix of products by days, so a thousand products take seconds.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from examples.catalogue import CATEGORIES

_WET_MM = 4.0
_DISCOUNT = 0.20
_SHORT_LIVES = (12, 21)  # days on sale of the newest products: too few to train on


@dataclass(frozen=True, slots=True)
class Offer:
    """What is known ahead for every product and day: on sale, on promotion, at which price."""

    listed: np.ndarray
    promotion: np.ndarray
    price: np.ndarray


def plan_offer(
    catalogue: pd.DataFrame, day_count: int, history_days: int, rng: np.random.Generator
) -> Offer:
    """Lives, promotions and prices; the plan goes on through the days after the history."""
    count = len(catalogue)
    listed = _lives(count, day_count, history_days, rng)
    promotion = _promotions(count, day_count, rng) & listed
    list_price = _list_prices(catalogue["price"].to_numpy(), day_count, rng)
    price = np.round(np.where(promotion, list_price * (1 - _DISCOUNT), list_price), 2)
    return Offer(listed, promotion, price)


def expected_demand(
    catalogue: pd.DataFrame, days: pd.DataFrame, offer: Offer, rng: np.random.Generator
) -> np.ndarray:
    """Mean units per product and day, before chance and before an empty shelf."""
    habits = _habit_matrix(days)[catalogue["category"].to_numpy()]
    personal = rng.normal(0, 0.10, (len(catalogue), 7))[:, days["weekday"].to_numpy()]
    level = np.log(catalogue["base"].to_numpy())[:, None]
    logarithm = level + habits + personal + _drift(len(catalogue), len(days), rng)
    logarithm += _response_to_price(catalogue, offer, rng)
    return np.asarray(np.exp(logarithm) * offer.listed * days["open"].to_numpy())


def draw_sales(demand: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Units sold: overdispersed counts, a few large orders, nothing from an empty shelf."""
    dispersion = rng.uniform(8, 60, (len(demand), 1))
    mood = rng.gamma(dispersion, 1 / dispersion, demand.shape)
    footfall = np.clip(rng.normal(1.0, 0.06, demand.shape[1]), 0.7, 1.3)
    sales = rng.poisson(demand * mood * footfall)
    sales += _large_orders(demand, rng)
    return np.where(_stock_outs(demand.shape, rng), 0, sales)


def _habit_matrix(days: pd.DataFrame) -> np.ndarray:
    """Categories by days: week, year, weather and holidays, on the logarithm of demand."""
    angle = 2 * np.pi * days["day_of_year"].to_numpy() / 365.25
    wet = np.minimum(days["rain"].to_numpy() / _WET_MM, 1.0)
    rows = []
    for category in CATEGORIES:
        peak = 2 * np.pi * category.peak_day / 365.25
        rows.append(
            np.log(category.weekdays)[days["weekday"].to_numpy()]
            + category.yearly * np.cos(angle - peak)
            + category.warmth * days["warmth"].to_numpy()
            + category.rain * wet
            + category.eve * days["eve"].to_numpy()
            + category.holiday * days["holiday"].to_numpy()
        )
    return np.stack(rows)


def _drift(count: int, day_count: int, rng: np.random.Generator) -> np.ndarray:
    """Slow change of taste: a yearly trend and a wandering level, joined between months."""
    months = day_count // 30 + 2
    steps = rng.normal(0, 0.05, (count, months)) + rng.normal(0, 0.08, (count, 1)) / 12
    level = np.cumsum(steps, axis=1)
    position = np.arange(day_count) / 30
    left = position.astype(int)
    weight = position - left
    return np.asarray(level[:, left] * (1 - weight) + level[:, left + 1] * weight)


def _response_to_price(
    catalogue: pd.DataFrame, offer: Offer, rng: np.random.Generator
) -> np.ndarray:
    """Dearer sells less; a promotion draws more attention than its discount explains."""
    elasticity = rng.uniform(-1.6, -0.4, (len(catalogue), 1))
    lift = rng.uniform(0.15, 0.55, (len(catalogue), 1))
    relative = np.log(offer.price / catalogue["price"].to_numpy()[:, None])
    return np.asarray(elasticity * relative + lift * offer.promotion)


def _lives(count: int, day_count: int, history_days: int, rng: np.random.Generator) -> np.ndarray:
    """Most products are sold throughout; some are born later, some end, two are brand new."""
    born, ended = np.zeros(count, dtype=int), np.full(count, day_count)
    fate = rng.permutation(count)
    late, gone = count // 7, count // 14
    born[fate[:late]] = rng.integers(history_days // 8, history_days * 4 // 5, late)
    ended[fate[late : late + gone]] = rng.integers(history_days // 2, history_days - 60, gone)
    if count >= 10:
        born[fate[-len(_SHORT_LIVES) :]] = history_days - np.array(_SHORT_LIVES)
    today = np.arange(day_count)
    return (today >= born[:, None]) & (today < ended[:, None])


def _promotions(count: int, day_count: int, rng: np.random.Generator) -> np.ndarray:
    """Whole weeks; two products in three are promoted, each some four times a year."""
    weeks = day_count // 7 + 1
    chosen = rng.random((count, weeks)) < 4 / 52
    chosen &= rng.random((count, 1)) < 2 / 3
    return np.repeat(chosen, 7, axis=1)[:, :day_count]


def _list_prices(price: np.ndarray, day_count: int, rng: np.random.Generator) -> np.ndarray:
    """Prices rise by two to seven percent on a day of each product's own, about every year."""
    today = np.arange(day_count)
    first = rng.integers(0, 365, (price.size, 1))
    rises = np.maximum((today - first) // 365 + 1, 0)
    step = rng.uniform(0.02, 0.07, (price.size, 1))
    return np.asarray(np.round(price[:, None] * (1 + step) ** rises * 20) / 20)


def _large_orders(demand: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rare catering orders of several ordinary days at once: the outliers."""
    ordered = (rng.random(demand.shape) < 0.0015) & (demand > 1)
    return np.asarray(np.where(ordered, demand * rng.uniform(3, 8, demand.shape), 0)).astype(int)


def _stock_outs(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Runs of one to four days with nothing to sell, about three a year for each product."""
    starts = rng.random(shape) < 3 / 365
    length = rng.integers(1, 5, shape)
    empty = starts.copy()
    for day in range(1, 4):
        empty[:, day:] |= starts[:, :-day] & (length[:, :-day] > day)
    return empty
