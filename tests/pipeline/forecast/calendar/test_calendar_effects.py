"""Columns that are made of the calendar."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.calendar_effects import (
    TIME_OF_MONTH,
    WAVES,
    CalendarEffects,
    month_waves,
)

FEBRUARY = pd.date_range("2024-02-01", "2024-02-29")
MARCH = pd.date_range("2024-03-01", "2024-03-31")


def test_every_month_begins_and_ends_at_the_same_place() -> None:
    short, long = month_waves(FEBRUARY), month_waves(MARCH)

    assert short.shape == (29, 2 * WAVES)
    assert short[0] == pytest.approx(long[0], abs=0.04)
    assert short[-1] == pytest.approx(long[-1], abs=0.04)
    for waves in (short, long):
        assert waves.sum(axis=0) == pytest.approx(np.zeros(2 * WAVES), abs=1e-9)


def test_the_last_day_is_as_far_from_the_turn_as_the_first() -> None:
    waves = month_waves(MARCH)
    sines, cosines = waves[:, :WAVES], waves[:, WAVES:]

    assert sines[::-1] == pytest.approx(-sines)
    assert cosines[::-1] == pytest.approx(cosines)


def test_a_flag_does_on_each_weekday_what_it_was_found_to_do() -> None:
    found = CalendarEffects(weekdays={"promotion": (0.3, 0.0, 0.0, 0.0, -0.3, 0.0, 0.0)})
    ds = pd.date_range("2024-01-01", periods=7)  # from a Monday on

    on = found.columns(ds, {"promotion": np.ones(7)})
    off = found.columns(ds, {"promotion": np.zeros(7)})

    assert found.names == tuple(on) == ("promotion by weekday",)
    assert on["promotion by weekday"].tolist() == [0.3, 0.0, 0.0, 0.0, -0.3, 0.0, 0.0]
    assert not off["promotion by weekday"].any()


def test_the_time_of_the_month_is_the_sum_of_its_waves() -> None:
    weights = tuple(np.random.default_rng(0).normal(size=2 * WAVES).tolist())
    found = CalendarEffects(month=weights)

    made = found.columns(MARCH, {})

    assert found.names == tuple(made) == (TIME_OF_MONTH,)
    assert made[TIME_OF_MONTH] == pytest.approx(month_waves(MARCH) @ np.array(weights))


def test_without_effects_there_are_no_columns() -> None:
    assert CalendarEffects().names == ()
    assert CalendarEffects().columns(MARCH, {}) == {}
