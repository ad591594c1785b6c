"""At which hours errors are larger."""

import numpy as np
import pytest

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.intervals.calibrate import Calibration, Errors, calibrate
from pipeline.forecast.intervals.places import places_of, sizes_at_places

NOON = 12
DAY = 24


def errors_at_noon(seed: int, days: int = 3) -> Errors:
    """Five times as large at noon as at other hours."""
    size = np.where(np.arange(days * DAY) % DAY == NOON, 25.0, 5.0)
    predicted = np.full(days * DAY, 100.0)
    return Errors(predicted, predicted + np.random.default_rng(seed).normal(0, size))


def widths(made: Calibration, days: int) -> np.ndarray:
    lower, upper = made.interval(np.full(days * DAY, 100.0), np.arange(1, days * DAY + 1))
    return upper - lower


def test_intervals_are_wider_at_hours_with_larger_errors() -> None:
    errors = [errors_at_noon(seed) for seed in range(4)]

    told, untold = (widths(calibrate(errors, level=100.0, places=one), 1) for one in (DAY, 1))

    others = np.delete(told, NOON)
    assert told[NOON] > 2 * others.max()
    assert np.ptp(untold) == pytest.approx(0)
    assert others.mean() < untold[0] < told[NOON]


def test_the_hours_come_again_on_days_farther_than_any_that_was_tested() -> None:
    made = calibrate([errors_at_noon(seed) for seed in range(4)], level=100.0, places=DAY)

    days = widths(made, 10).reshape(10, DAY)

    assert days == pytest.approx(np.tile(days[0], (10, 1)))


def test_few_errors_say_little_of_an_hour() -> None:
    at_place, scores = np.tile(np.arange(4), 2), np.tile([1.0, 1.0, 1.0, 9.0], 2)

    few = sizes_at_places(scores, at_place, np.ones(8), 4)
    many = sizes_at_places(np.tile(scores, 100), np.tile(at_place, 100), np.ones(800), 4)

    assert many == pytest.approx([1 / 3, 1 / 3, 1 / 3, 3], rel=0.2)
    assert 1 < few[3] < 1.5
    assert (few[:3] > 0.8).all()


def test_only_rows_finer_than_a_day_have_hours() -> None:
    assert places_of(Frequency(Unit.HOUR)) == DAY
    assert places_of(Frequency(Unit.HOUR, step=6)) == 4
    assert places_of(Frequency(Unit.HOUR, step=7)) == 1
    assert places_of(Frequency(Unit.DAY)) == places_of(Frequency(Unit.MONTH)) == 1
