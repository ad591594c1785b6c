"""Quantiles of small numbers."""

import pickle

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from pipeline.forecast.intervals.small_counts import (
    ASSUMED,
    EXACT_UP_TO,
    SIMILAR,
    STEP,
    SmallCounts,
    small_counts,
)

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)


def made_of(sold: np.ndarray, predicted: np.ndarray) -> SmallCounts:
    made = small_counts(sold.astype(float), predicted, np.ones(len(sold)), float(sold.mean()))
    assert made is not None
    return made


def test_sales_by_chance_have_the_quantiles_of_chance() -> None:
    mean = np.tile([0.5, 2.0, 6.0], 2000)
    made = made_of(np.random.default_rng(1).poisson(mean * 1.02), mean)

    quantiles = made.quantiles(np.array([0.5, 2.0, 6.0]), LEVELS)

    for row, at in zip(quantiles, (0.5, 2.0, 6.0), strict=True):
        assert row == pytest.approx(poisson(at).ppf(LEVELS), abs=1)


def test_lumpy_sales_are_told_by_few_of_them() -> None:
    """A hundred periods, most without a sale, as a backtest has them."""
    spread = nbinom(0.2, 1 / (1 + 5.0))
    inside, random = [], np.random.default_rng(3)
    for _ in range(40):
        sold = spread.rvs(112, random_state=random)
        if sold.any():
            made = made_of(sold, np.full(112, 1.0))
            inside.append(spread.cdf(made.quantiles(np.array([1.0]), (0.9, 0.975))[0]))

    assert np.mean(inside, axis=0)[0] == pytest.approx(0.92, abs=0.03)
    assert np.mean(inside, axis=0)[1] == pytest.approx(0.975, abs=0.015)


def test_sizes_that_never_occur_are_no_quantiles() -> None:
    """Sold in packs of six only."""
    sold = 6 * np.random.default_rng(0).binomial(1, 0.3, 800)
    made = made_of(sold, np.full(800, 1.8))

    assert made.quantiles(np.array([1.8]), (0.5, 0.8, 0.95))[0].tolist() == [0, 6, 6]


def test_far_larger_forecasts_are_not_wider_than_chance_explains() -> None:
    """What was sold at other forecasts says nothing about a forecast ten times as large."""
    mean = np.full(400, 1.0)
    made = made_of(np.random.default_rng(2).poisson(mean * 1.05), mean)

    lower, upper = made.quantiles(np.array([10.0]), (0.025, 0.975))[0]

    assert 2 <= lower <= 5
    assert 16 <= upper <= 22


@pytest.mark.parametrize("size", [0.3, 3.0, 9.0])
@pytest.mark.parametrize("excess", [0.0, 2.0])
def test_a_level_tells_the_same_alone_as_beside_higher_ones(size: float, excess: float) -> None:
    """No number that would do is left out where only low levels are asked for."""
    random = np.random.default_rng(4)
    spread = 1 / (1 + excess * size)
    sold = nbinom(1 / excess, spread).rvs(300, random_state=random) if excess else np.zeros(300)
    made = SmallCounts(excess, 0.02 * size, np.full(300, size), np.sort(sold), np.ones(300))
    predicted = size * random.gamma(1.0, 4.0, 60)

    together = made.quantiles(predicted, (*LEVELS, 0.999))

    for place, level in enumerate(LEVELS):
        alone = made.quantiles(predicted, (level,))[:, 0]
        np.testing.assert_array_equal(alone, together[:, place])


def test_a_forecast_of_nothing_may_be_wrong() -> None:
    made = made_of(np.array([0, 0, 0, 9, 0, 0, 0, 7]), np.zeros(8))

    assert made.quantiles(np.array([0.0]), (0.5, 0.975))[0, 1] > 0


def test_neither_many_nor_scheduled_numbers_are_small_counts() -> None:
    random = np.random.default_rng(0)
    many = random.poisson(50, 100).astype(float)
    scheduled = np.full(100, 3.0)

    for sold in (many, scheduled):
        predicted = np.full(100, float(sold.mean()))
        assert small_counts(sold, predicted, np.ones(100), float(sold.mean())) is None


def test_long_forecasts_are_answered_in_parts() -> None:
    random = np.random.default_rng(0)
    mean = random.gamma(2, 2, 3000)
    made = made_of(random.poisson(mean[:400] * 1.1), mean[:400])

    together = made.quantiles(mean, LEVELS)

    assert (together[::97] == made.quantiles(mean[::97], LEVELS)).all()
    assert (np.diff(together, axis=1) >= 0).all()


def test_it_can_be_stored() -> None:
    made = made_of(np.array([0, 1, 0, 5, 2, 0]), np.full(6, 1.2))
    again = pickle.loads(pickle.dumps(made))

    assert (again.quantiles(np.ones(2), LEVELS) == made.quantiles(np.ones(2), LEVELS)).all()


@pytest.mark.parametrize("excess", [0.0, 0.1, 0.75, 3.0, 20.0])
def test_quantiles_are_what_a_search_of_all_numbers_finds(excess: float) -> None:
    random = np.random.default_rng(4)
    sold, expected = np.sort(random.poisson(2.0, 60)).astype(float), random.uniform(0.1, 5, 60)
    made = SmallCounts(excess, 0.04, expected, sold, np.ones(60))
    mean = np.array([0.04, 0.5, 3.0, 9.0, 40.0])

    found = made.quantiles(mean, LEVELS)

    numbers = np.arange(3000)
    for row, at in zip(found, mean, strict=True):
        chance = nbinom(1 / excess, 1 / (1 + excess * at)) if excess else poisson(at)
        similar = np.exp(-(((np.sqrt(expected) - np.sqrt(at)) / SIMILAR) ** 2) / 2)
        seen = similar @ (sold[:, None] <= numbers)
        share = (seen + ASSUMED * chance.cdf(numbers)) / (similar.sum() + ASSUMED)
        least = np.searchsorted(share, LEVELS)
        assert (least <= row).all()
        assert (row <= np.where(least <= EXACT_UP_TO, least, np.ceil(STEP * least))).all()
