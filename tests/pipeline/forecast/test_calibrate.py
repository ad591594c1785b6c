"""Intervals from errors."""

import numpy as np
import pytest

from pipeline.forecast.calibrate import Errors, calibrate


def normal_errors(seed: int, rows: int = 400, noise: float = 5.0) -> Errors:
    predicted = np.full(rows, 100.0)
    return Errors(predicted, predicted + np.random.default_rng(seed).normal(0, noise, rows))


@pytest.mark.parametrize("width", [0.5, 0.8, 0.95])
def test_intervals_cover_what_they_promise(width: float) -> None:
    made = calibrate([normal_errors(1, rows=4000)], level=100.0, window=4000, interval_width=width)
    new = normal_errors(2, rows=4000)

    lower, upper = made.interval(new.predicted, np.ones(4000, dtype=np.int64))

    assert np.mean((new.actual >= lower) & (new.actual <= upper)) == pytest.approx(width, abs=0.03)


def test_farther_is_never_narrower_and_lower_is_never_negative() -> None:
    near, far = normal_errors(1, noise=20.0), normal_errors(2, noise=1.0)
    errors = Errors(
        np.concatenate([near.predicted, far.predicted]), np.concatenate([near.actual, far.actual])
    )

    made = calibrate([errors], level=100.0, window=200, interval_width=0.95)
    lower, upper = made.interval(np.full(800, 3.0), np.arange(1, 801))

    assert (np.diff(upper - lower) >= 0).all()
    assert (lower >= 0).all()


def test_missing_values_do_not_count() -> None:
    full = Errors(np.full(3, 10.0), np.array([11.0, 9.0, 12.0]))
    holes = Errors(np.full(4, 10.0), np.array([11.0, 9.0, 12.0, np.nan]))

    made = [calibrate([e], level=10.0, window=9, interval_width=0.9) for e in (full, holes)]

    assert made[0] == made[1]
