"""The calendar that is found behind time stamps."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.frequency import Frequency, Unit, infer_frequency


@pytest.mark.parametrize(
    ("freq", "expected"),
    [
        ("h", Frequency(Unit.HOUR)),
        ("2h", Frequency(Unit.HOUR, 2)),
        ("D", Frequency(Unit.DAY)),
        ("W-WED", Frequency(Unit.WEEK)),
        ("MS", Frequency(Unit.MONTH)),
        ("ME", Frequency(Unit.MONTH, at_month_end=True)),
    ],
)
def test_frequency_is_found_with_and_without_gaps(freq: str, expected: Frequency) -> None:
    ds = pd.date_range("2024-01-31", periods=60, freq=freq)

    assert infer_frequency(ds) == expected
    assert infer_frequency(ds.delete([7, 8, 20])) == expected


@pytest.mark.parametrize("freq", ["h", "D", "W-MON", "MS", "ME"])
def test_the_grid_rebuilds_the_time_stamps(freq: str) -> None:
    ds = pd.date_range("2023-11-30", periods=40, freq=freq)
    frequency = infer_frequency(ds)

    assert frequency.rows_between(ds[0], ds[-1]) == 39
    assert list(frequency.grid(ds[0], 40)) == list(ds)
    assert list(frequency.steps_after(ds[9], ds[10:])) == list(range(1, 31))


@pytest.mark.parametrize(
    ("unit", "rows"), [(Unit.HOUR, 2160), (Unit.DAY, 90), (Unit.WEEK, 13), (Unit.MONTH, 3)]
)
def test_ninety_days_are_so_many_rows(unit: Unit, rows: int) -> None:
    assert Frequency(unit).horizon_rows(90) == rows


def test_a_season_is_counted_only_where_it_was_seen_twice() -> None:
    assert [Frequency(Unit.WEEK).season(rows) for rows in (103, 104)] == [1, 52]
    assert [Frequency(Unit.HOUR).season(rows) for rows in (40, 48, 336)] == [1, 24, 168]


@pytest.mark.parametrize("precision", ["s", "us", "ns"])
def test_places_in_the_week_are_those_of_the_calendar(precision: str) -> None:
    hours = pd.date_range("1969-12-01 00:30", periods=2_000, freq="h").as_unit(precision)
    days = pd.date_range("1955-03-01", periods=20_000, freq="D").as_unit(precision)

    assert np.array_equal(
        Frequency(Unit.HOUR).slots(hours), hours.day_of_week.to_numpy() * 24 + hours.hour.to_numpy()
    )
    assert np.array_equal(Frequency(Unit.DAY).slots(days), days.day_of_week.to_numpy())


@pytest.mark.parametrize("precision", ["s", "us", "ns"])
def test_weeks_and_months_are_those_of_the_calendar(precision: str) -> None:
    weeks = pd.date_range("1955-03-01", periods=4_000, freq="W-TUE").as_unit(precision)
    months = pd.date_range("1955-03-01", periods=900, freq="MS").as_unit(precision)

    assert np.array_equal(Frequency(Unit.WEEK).slots(weeks), (weeks.day_of_year - 1) // 7)
    assert np.array_equal(Frequency(Unit.MONTH).slots(months), months.month - 1)


@pytest.mark.parametrize(
    ("first", "at_month_end", "offset"),
    [
        ("1955-03-28 07:30", False, pd.DateOffset(months=1)),
        ("1955-02-28 07:30", True, pd.offsets.MonthEnd()),
    ],
)
def test_months_begin_and_end_where_the_calendar_says(
    first: str, at_month_end: bool, offset: pd.DateOffset
) -> None:
    frequency = Frequency(Unit.MONTH, at_month_end=at_month_end)
    ds = pd.date_range(first, periods=900, freq=offset)

    assert list(frequency.grid(ds[0], 900)) == list(ds)
    assert list(frequency.ends(ds)) == list(ds + offset)
    assert list(frequency.ends(ds[[5, 90]])) == [ds[6], ds[91]]
