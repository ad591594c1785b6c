"""Totals are the sums of their products, and know how the products' errors hang together."""

import numpy as np
import pytest

from pipeline.errors import InvalidDataError
from pipeline.forecast.finished.reconciliation import (
    Array,
    Base,
    bottom_up,
    reconcile,
    structure_of,
)

DAYS, AHEAD = 400, 3
STRUCTURE = structure_of([[0, 1, 2, 3], [0, 1], [2, 3]], 4)


def base(errors: Array, expected: float = 10.0, spread: float = 2.0) -> Base:
    shape = (errors.shape[1], AHEAD)
    return Base(
        expected=np.full(shape, expected),
        below=np.full(shape, spread),
        above=np.full(shape, 2 * spread),
        errors=errors,
    )


def unrelated(seed: int = 0, columns: int = 4) -> Array:
    return np.random.default_rng(seed).normal(size=(DAYS, columns))


def test_totals_are_the_sums_of_their_products() -> None:
    coherent = bottom_up(base(unrelated()), STRUCTURE)
    assert coherent.totals.tolist() == [[40.0] * AHEAD, [20.0] * AHEAD, [20.0] * AHEAD]


def test_unrelated_errors_add_up_like_independent_ones() -> None:
    coherent = bottom_up(base(unrelated()), STRUCTURE)
    assert coherent.below[0] == pytest.approx(4.0, rel=0.1)
    assert coherent.above[0] == pytest.approx(8.0, rel=0.1)


def test_products_that_miss_together_add_up_in_full() -> None:
    together = np.repeat(unrelated(columns=1), 4, axis=1)
    assert bottom_up(base(together), STRUCTURE).below[0] == pytest.approx(8.0)


def test_errors_that_cancel_are_taken_for_luck() -> None:
    one = unrelated(columns=1)
    opposed = np.hstack([one, -one, one, -one])
    assert bottom_up(base(opposed), STRUCTURE).below[0] == pytest.approx(4.0)


def test_a_total_of_one_product_is_as_sure_as_the_product() -> None:
    products = base(unrelated(columns=2))
    coherent = bottom_up(products, structure_of([[1]], 2))
    assert coherent.below.tolist() == [[2.0] * AHEAD]
    assert coherent.above.tolist() == [[4.0] * AHEAD]


def test_the_interval_of_a_total_holds_what_it_promises() -> None:
    rng = np.random.default_rng(7)
    common, own = rng.normal(size=(4000, 1)), rng.normal(size=(4000, 4))
    errors = common + own
    coherent = bottom_up(base(errors[:DAYS], spread=np.sqrt(2.0)), STRUCTURE)
    later = np.abs(errors[DAYS:].sum(axis=1)) < 1.96 * coherent.below[0, 0]
    assert later.mean() == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("errors", [np.full((DAYS, 4), np.nan), np.zeros((0, 4))])
def test_without_errors_in_common_products_count_as_unrelated(errors: Array) -> None:
    assert bottom_up(base(errors), STRUCTURE).below[0] == pytest.approx(4.0)
    totals = base(np.zeros((len(errors), 3)), expected=20.0)
    assert np.isfinite(reconcile(base(errors), totals, STRUCTURE).totals).all()


def test_reconciled_forecasts_add_up_and_are_not_negative() -> None:
    rng = np.random.default_rng(3)
    products = base(unrelated(1))
    products = Base(
        expected=rng.gamma(0.3, 3.0, size=(4, AHEAD)),
        below=products.below,
        above=products.above,
        errors=products.errors,
    )
    totals = base(unrelated(2, 3), expected=1.0)
    coherent = reconcile(products, totals, STRUCTURE)
    assert coherent.products.min() >= 0
    assert coherent.totals == pytest.approx(STRUCTURE @ coherent.products)


def test_coherent_forecasts_are_left_as_they_are() -> None:
    products = base(unrelated(1))
    totals = base(unrelated(2, 3))
    totals = Base(
        expected=STRUCTURE @ products.expected,
        below=totals.below,
        above=totals.above,
        errors=totals.errors,
    )
    coherent = reconcile(products, totals, STRUCTURE)
    assert coherent.products == pytest.approx(products.expected)


def test_it_is_what_generalised_least_squares_says() -> None:
    """Against the formula of the paper, written out with whole matrices."""
    errors = unrelated(4, 7) @ np.random.default_rng(5).normal(size=(7, 7))
    products = base(errors[:, 3:], expected=12.0, spread=1.0)
    totals = base(errors[:, :3], expected=30.0, spread=1.0)
    coherent = reconcile(products, totals, STRUCTURE)
    scaled = errors / np.sqrt(np.mean(errors**2, axis=0))
    alone = slow_shrinkage(scaled)
    correlation = alone * np.eye(7) + (1 - alone) * scaled.T @ scaled / DAYS
    inverse = np.linalg.inv(1.5**2 * correlation)
    summing = np.vstack([STRUCTURE, np.eye(4)])
    made = np.array([30.0] * 3 + [12.0] * 4)
    expected = np.linalg.solve(summing.T @ inverse @ summing, summing.T @ inverse @ made)
    spread = summing @ np.linalg.inv(summing.T @ inverse @ summing) @ summing.T
    assert coherent.products[:, 0] == pytest.approx(expected)
    assert coherent.below[:, 0] == pytest.approx(np.sqrt(np.diag(spread)[:3]))


def slow_shrinkage(scaled: Array) -> float:
    rows, columns = scaled.shape
    chance = signal = 0.0
    for left in range(columns):
        for right in range(columns):
            if left != right:
                products = scaled[:, left] * scaled[:, right]
                spread = np.sum((products - products.mean()) ** 2)
                chance += rows / (rows - 1) ** 3 * spread
                signal += products.mean() ** 2
    return float(min(1.0, chance / signal))


def test_forecasts_of_another_shape_are_refused() -> None:
    with pytest.raises(InvalidDataError, match="a column for each series"):
        Base(
            expected=np.ones((2, 3)),
            below=np.ones((2, 3)),
            above=np.ones((2, 3)),
            errors=np.ones((5, 4)),
        )
