"""Times tell the calendar that they follow."""

import numpy as np
import pandas as pd
import pytest

from pipeline.series.calendar import Calendar
from pipeline.series.inference import coarser_calendar, infer_calendar

REGULAR = {
    "every second": pd.date_range("2024-01-01", periods=100, freq="s"),
    "every 5 minutes": pd.date_range("2024-01-01", periods=100, freq="5min"),
    "hourly": pd.date_range("2024-01-01 00:30", periods=100, freq="h"),
    "every 6 hours": pd.date_range("2024-01-01", periods=100, freq="6h"),
    "daily": pd.date_range("2024-01-01 08:00", periods=100, freq="D"),
    "daily (6 days a week)": pd.date_range("2024-01-01", periods=70)[
        pd.date_range("2024-01-01", periods=70).day_of_week != 6
    ],
    "every 10 days": pd.date_range("2024-01-01", periods=30, freq="10D"),
    "weekly": pd.date_range("2024-01-03", periods=60, freq="7D"),
    "every 2 weeks": pd.date_range("2024-01-03", periods=30, freq="14D"),
    "monthly": pd.date_range("2020-01-31", periods=40, freq="ME"),
    "every 2 months": pd.date_range("2020-01-15", periods=20, freq="MS")[::2],
    "quarterly": pd.date_range("2020-01-01", periods=20, freq="QE"),
    "half-yearly": pd.date_range("2000-01-01", periods=40, freq="QS")[::2],
    "yearly": pd.date_range("1990-12-31", periods=20, freq="YE"),
}


def found(times: pd.DatetimeIndex) -> Calendar:
    calendar = infer_calendar(times)
    assert calendar is not None
    return calendar


@pytest.mark.parametrize("name", REGULAR)
def test_a_calendar_is_found_and_gives_back_its_times(name: str) -> None:
    times = REGULAR[name]
    calendar = found(times)
    assert calendar.name == name
    positions = calendar.positions(times)
    np.testing.assert_array_equal(positions, np.arange(len(times)))
    assert calendar.times(positions).tolist() == times.tolist()


@pytest.mark.parametrize("name", REGULAR)
def test_missing_periods_leave_the_calendar_as_it_is(name: str) -> None:
    times = REGULAR[name]
    kept = times.delete([3, 8, 9])
    assert found(kept).name == name
    assert found(kept).positions(times[-1:]).tolist() == [len(times) - 1]


def test_days_of_which_most_are_missing_are_still_days() -> None:
    chosen = np.random.default_rng(0).random(300) < 0.4
    assert found(pd.date_range("2024-01-01", periods=300)[chosen]).name == "daily"


def test_months_may_come_on_different_days() -> None:
    first_fridays = pd.date_range("2020-01-01", periods=48, freq="WOM-1FRI")
    calendar = found(first_fridays)
    assert calendar.name == "monthly"
    np.testing.assert_array_equal(calendar.positions(first_fridays), np.arange(48))


def test_rows_that_come_a_little_late_belong_to_their_period() -> None:
    late = pd.to_timedelta(np.where(np.arange(200) % 9 == 0, 20, 0), unit="s")
    times = pd.date_range("2024-01-01", periods=200, freq="10min") + late
    calendar = found(pd.DatetimeIndex(times))
    np.testing.assert_array_equal(calendar.positions(pd.DatetimeIndex(times)), np.arange(200))


def test_rows_a_little_before_and_after_the_hour_are_of_that_hour() -> None:
    hours = pd.date_range("2024-01-01", periods=500, freq="h")
    apart = pd.to_timedelta(np.random.default_rng(0).integers(-300, 300, 500), unit="s")
    times = pd.DatetimeIndex(hours + apart)
    assert infer_calendar(times) is None
    calendar = coarser_calendar(times)
    assert calendar.name == "hourly"
    np.testing.assert_array_equal(calendar.positions(times), np.arange(500))
    assert calendar.times(np.arange(500)).tolist() == hours.tolist()


def test_times_without_a_rule_have_no_calendar() -> None:
    seconds = np.sort(np.random.default_rng(0).uniform(0, 1e6, 300))
    assert infer_calendar(pd.Timestamp("2024") + pd.to_timedelta(seconds, unit="s")) is None
