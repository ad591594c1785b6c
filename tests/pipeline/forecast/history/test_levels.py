"""Which values of a covariate may have an effect of their own."""

import numpy as np
import pytest

from pipeline.forecast.history.levels import MOST_VALUES, at_levels, levels_of


def column(*times: int) -> np.ndarray:
    """0 so many times, then 1, and so on."""
    return np.repeat(np.arange(len(times), dtype=float), times)


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        (column(50, 50), ()),
        (column(50, 10, 10), (1.0, 2.0)),
        (column(10, 50, 10), (0.0, 2.0)),
        (column(50, 10, 4, 5), (1.0, 3.0)),
        (column(*[10] * MOST_VALUES), tuple(map(float, range(1, MOST_VALUES)))),
        (column(*[10] * (MOST_VALUES + 1)), ()),
        (np.arange(100.0), ()),
        (column(100), ()),
    ],
)
def test_levels_are_the_values_seen_often_beside_the_most_usual_one(
    values: np.ndarray, levels: tuple[float, ...]
) -> None:
    assert levels_of({"kind": values}) == (levels,)
    assert levels_of({"kind": values[::-1]}) == (levels,)


def test_a_price_is_an_amount() -> None:
    assert levels_of({"price": column(50, 10, 10)}) == ((),)


def test_each_level_is_told_by_a_column_and_models_without_levels_by_none() -> None:
    columns = [np.array([0.0, 7.0, 99.0, 7.0]), np.ones(4)]

    made = at_levels(columns, ((7.0, 99.0), ()))

    np.testing.assert_array_equal(made, [[0, 1, 0, 1], [0, 0, 1, 0]])
    assert at_levels(columns, ()) == []
