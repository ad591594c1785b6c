"""What is usual at a place of the week is told by as many weeks as suit a series."""

import numpy as np
import pytest

from pipeline.forecast.pooled.anchors import Anchors

WEEK, REACH = (7,), 112
HOURS = (168, 24)


def at_the_end(values: np.ndarray, targets: np.ndarray) -> np.ndarray:
    origins = np.full(len(targets), len(values))
    return Anchors(values, WEEK, REACH).expected(origins, len(values) + targets)


def test_a_new_timetable_is_told_by_its_last_week() -> None:
    old, new = np.arange(7.0), np.arange(7.0)[::-1] * 3
    values = np.concatenate([np.tile(old, 20), np.tile(new, 3)])

    assert at_the_end(values, np.arange(14)) == pytest.approx(np.tile(new, 2), rel=0.25, abs=1)


def test_noisy_sales_are_told_by_many_weeks() -> None:
    values = np.random.default_rng(0).poisson(20, 700).astype(float)

    expected = at_the_end(values, np.arange(7))

    last_eight = values[-56:].reshape(8, 7).mean(axis=0)
    assert np.abs(expected - last_eight).mean() < 0.5 * np.abs(values[-7:] - last_eight).mean()


def test_hours_that_follow_the_day_before_are_told_by_it() -> None:
    day = 10 + np.sin(np.arange(24) / 24 * 2 * np.pi)
    levels = np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.3, 60)))
    values = np.outer(levels, day).ravel()

    anchors = Anchors(values, HOURS, 1344)
    expected = anchors.expected(np.full(24, len(values)), len(values) + np.arange(24))

    assert expected == pytest.approx(values[-24:], rel=0.1)


def test_a_level_that_moves_is_followed_without_losing_the_week() -> None:
    week = np.array([1.0, 1, 1, 1, 2, 3, 2])
    values = np.outer(1.03 ** np.arange(60), week).ravel()

    expected = at_the_end(values, np.arange(7))

    assert expected / values[-7:] == pytest.approx(1.0, abs=0.05)


def test_expectations_of_past_rows_look_at_nothing_newer() -> None:
    values = np.random.default_rng(1).poisson(5, 300).astype(float)
    changed = values.copy()
    changed[200:] = 99.0

    before, after = (Anchors(each, WEEK, REACH).at_rows()[:201] for each in (values, changed))

    assert np.array_equal(before, after, equal_nan=True)


def test_the_error_of_what_is_usual_is_near_zero_for_a_timetable_only() -> None:
    timetable = np.tile(np.arange(7.0), 40)
    noisy = np.random.default_rng(2).poisson(20, 280).astype(float)
    end = np.array([280])

    (quiet,), _ = Anchors(timetable, WEEK, REACH).trust(end)
    (loud,), _ = Anchors(noisy, WEEK, REACH).trust(end)

    assert quiet == pytest.approx(0.003)
    assert loud > 2


def test_where_nothing_is_known_nothing_is_expected() -> None:
    values = np.full(100, np.nan)

    assert np.isnan(at_the_end(values, np.arange(7))).all()
