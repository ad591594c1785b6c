"""The shape of errors."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.special import ndtri

from pipeline.forecast.intervals.shape import (
    GRID,
    LARGEST_CHANGE,
    USUAL_CHANGE,
    design_effect,
    of_unknown_size,
    shape_of,
    unseen_change,
)

LEVELS = np.asarray(GRID)


def windows(sizes: Sequence[float], rows: int = 200) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    scores = np.concatenate([random.normal(0, size, rows) for size in sizes])
    return scores, np.repeat(np.arange(len(sizes)), rows)


def test_a_known_size_leaves_the_shape_as_it_is() -> None:
    shape = ndtri(LEVELS) + 1

    assert of_unknown_size(shape, 0.0) == pytest.approx(shape, abs=1e-6)


def test_an_unknown_size_is_that_of_drawn_sizes() -> None:
    random = np.random.default_rng(0)
    drawn = random.normal(size=400_000) * np.exp(random.normal(0, 0.4, 400_000))
    inner = (LEVELS >= 0.025) & (LEVELS <= 0.975)

    made = of_unknown_size(ndtri(LEVELS), 0.4)

    assert made[inner] == pytest.approx(np.quantile(drawn, LEVELS[inner]), abs=0.05)


def test_many_equal_scores_stay_equal() -> None:
    shape = np.where(LEVELS < 0.3, -1.0, np.where(LEVELS > 0.8, 2.0, 0.0))

    made = of_unknown_size(shape, 0.3)

    assert made[(LEVELS >= 0.4) & (LEVELS <= 0.7)] == pytest.approx(0.0, abs=1e-6)


def test_the_more_windows_the_more_of_their_change_has_been_seen() -> None:
    changes = [unseen_change(*windows([1.0, 1.5] * pairs)) for pairs in (1, 2, 5, 50)]

    assert changes[0] < USUAL_CHANGE
    assert sorted(changes, reverse=True) == changes
    assert changes[-1] < 0.1


def test_windows_of_different_sizes_make_the_next_one_less_known() -> None:
    alike, apart = (unseen_change(*windows(sizes)) for sizes in ([1, 1, 1, 1], [1, 3, 1, 3]))

    assert apart > 1.2 * alike


def test_one_window_without_errors_is_no_reason_to_expect_anything() -> None:
    assert unseen_change(*windows([1.0, 1e-9, 1.0])) == LARGEST_CHANGE
    assert unseen_change(*windows([1.0, 0.0, 1.0])) < USUAL_CHANGE


def test_scores_that_hang_together_count_as_fewer() -> None:
    random = np.random.default_rng(0)
    ages = np.repeat(np.arange(10), 20)
    apart = random.normal(size=200)
    together = apart + 3 * random.normal(size=10)[ages]

    assert design_effect(apart, ages) < 2
    assert design_effect(together, ages) > 10


def test_few_windows_hardly_tell_that_forecasts_are_too_low() -> None:
    def middle(windows: int) -> float:
        scores = 1 + ndtri((np.arange(4 * windows) + 0.5) / (4 * windows))
        shape = shape_of(scores, np.ones(4 * windows), np.arange(4 * windows) % windows)
        return float(np.interp(0.5, GRID, shape))

    assert 0 < middle(4) < 0.3
    assert 0.9 < middle(1000) < 1


def test_equal_scores_have_a_shape() -> None:
    """All forecasts were too low by the same: the spread comes from how few they are."""
    shape = shape_of(np.ones(8), np.ones(8), np.zeros(8, dtype=np.int64))

    assert np.isfinite(shape).all()
    assert (np.diff(shape) >= 0).all()
    assert shape[0] < 0 < 1 < shape[-1]
