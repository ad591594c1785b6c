"""Weights of a combination."""

import numpy as np
import pytest

from pipeline.forecast.selection.combination import (
    learn_again,
    learn_weights,
    robust_average,
    stack,
)

ACTUAL = np.random.default_rng(0).normal(10, 3, 84)


def around(noise: float, seed: int) -> np.ndarray:
    return ACTUAL + np.random.default_rng(seed).normal(0, noise, len(ACTUAL))


def learned(made: dict[str, np.ndarray]) -> dict[str, float]:
    errors = {name: float(np.abs(values - ACTUAL).mean()) for name, values in made.items()}
    return learn_weights(errors, made, ACTUAL, windows=3)


def test_better_members_count_more_and_bad_ones_not_at_all() -> None:
    weights = learned({"prophet": around(1, 1), "poisson": around(1.05, 4), "ets": around(4, 3)})

    assert sum(weights.values()) == pytest.approx(1)
    assert weights["prophet"] > weights["poisson"] > 0.2
    assert "ets" not in weights


def test_a_family_counts_once() -> None:
    made = {"prophet": around(1, 1), "prophet_multiplicative": around(1.1, 2)}

    assert learned({**made, "poisson": around(1, 3)}).keys() == {"prophet", "poisson"}


@pytest.mark.parametrize(("windows", "members"), [(1, 2), (2, 4), (3, 6)])
def test_the_more_windows_the_more_members(windows: int, members: int) -> None:
    names = ["prophet", "poisson", "ets", "theta", "mstl", "pooled", "arima"]
    made = {name: around(1, seed) for seed, name in enumerate(names, start=1)}
    errors = {name: float(np.abs(values - ACTUAL).mean()) for name, values in made.items()}

    weights = learn_weights(errors, made, ACTUAL, windows=windows)

    assert len(weights) == members
    assert set(weights) == set(sorted(errors, key=errors.__getitem__)[:members])


def test_opposite_errors_are_brought_together() -> None:
    """What is too high by 2 and what is too low by 1 are right at two thirds of the way."""
    made = {"prophet": ACTUAL - 1, "poisson": ACTUAL + 1.2}

    weights = learned(made)

    off = sum(weights[name] * made[name] for name in weights) - ACTUAL
    assert np.abs(off).max() < 0.1


def test_members_err_at_most_1_6_times_as_much_as_the_best_one() -> None:
    assert robust_average({"prophet": 1.0, "ets": 1.5}, most=4).keys() == {"prophet", "ets"}
    assert robust_average({"prophet": 1.0, "ets": 1.7}, most=4).keys() == {"prophet"}


def test_members_without_an_error_keep_their_weights() -> None:
    prior = np.array([0.5, 0.5])

    assert np.array_equal(stack(np.column_stack([ACTUAL, ACTUAL]), ACTUAL, prior), prior)


def test_members_that_were_chosen_before_all_stay() -> None:
    made = {"prophet": around(1, 1), "ets": around(4, 2), "seasonal_naive": around(6, 3)}
    errors = {name: float(np.abs(values - ACTUAL).mean()) for name, values in made.items()}

    weights = learn_again(errors, made, ACTUAL)

    assert list(weights) == list(made)
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["prophet"] > 0.8


def test_the_fewer_rows_the_closer_weights_stay_to_the_robust_average() -> None:
    prior = np.array([0.5, 0.5])
    made = np.column_stack([around(1, 1), around(3, 2)])

    few, many = (stack(made[-rows:], ACTUAL[-rows:], prior) for rows in (12, 84))

    assert 0.5 < few[0] < 0.6
    assert many[0] > 0.7
