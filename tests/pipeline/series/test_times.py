"""Columns of every form are read as times."""

import numpy as np
import pandas as pd
import pytest

from pipeline.series.times import find_reader

DAYS = pd.date_range("2024-01-25", periods=40)
MONTHS = pd.date_range("2020-01-01", periods=30, freq="MS")
YEARS = pd.date_range("1990-01-01", periods=9, freq="YS")
WEEKS = pd.date_range("2024-11-04", periods=20, freq="W-MON")
HOURS = pd.date_range("2024-01-25", periods=60, freq="h")
SIX_DAYS = pd.Timedelta(days=6)
SPANISH = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
FORMS: dict[str, tuple[pd.DatetimeIndex, pd.Series]] = {
    "typed": (DAYS, pd.Series(DAYS)),
    "ISO": (DAYS, pd.Series(DAYS.strftime("%Y-%m-%d"))),
    "day first": (DAYS, pd.Series(DAYS.strftime("%d/%m/%Y"))),
    "month first": (DAYS, pd.Series(DAYS.strftime("%m/%d/%Y"))),
    "dots": (DAYS, pd.Series(DAYS.strftime("%d.%m.%Y"))),
    "month first with hyphens": (DAYS, pd.Series(DAYS.strftime("%m-%d-%Y"))),
    "half a day's clock": (DAYS, pd.Series(DAYS.strftime("%m/%d/%Y %I:%M:%S %p"))),
    "day first with a time": (DAYS, pd.Series(DAYS.strftime("%d-%m-%Y %H:%M"))),
    "names of weekdays": (DAYS, pd.Series(DAYS.strftime("%A, %d %B %Y"))),
    "weeks": (WEEKS, pd.Series(WEEKS.strftime("%G-W%V"))),
    "days of weeks": (DAYS, pd.Series(DAYS.strftime("%G-W%V-%u"))),
    "digits": (DAYS, pd.Series(DAYS.strftime("%Y%m%d")).astype("int64")),
    "seconds": (DAYS, pd.Series(DAYS.as_unit("s").asi8)),
    "milliseconds": (DAYS, pd.Series(DAYS.as_unit("ms").asi8)),
    "months": (MONTHS, pd.Series(MONTHS.strftime("%Y-%m"))),
    "names of months": (MONTHS, pd.Series(MONTHS.strftime("%b %Y"))),
    "months as numbers": (MONTHS, pd.Series(MONTHS.strftime("%Y%m")).astype("int64")),
    "quarters": (MONTHS[::3], pd.Series([f"{t.year}-Q{t.quarter}" for t in MONTHS[::3]])),
    "years": (YEARS, pd.Series(range(1990, 1999))),
    "seasons": (YEARS, pd.Series([f"{year}/{(year + 1) % 100:02d}" for year in range(1990, 1999)])),
    "years of business": (YEARS, pd.Series([f"FY{year}" for year in range(1990, 1999)])),
    "half-years": (MONTHS[::6], pd.Series([f"H{t.month // 6 + 1} {t.year}" for t in MONTHS[::6]])),
    "quarters first": (MONTHS[::3], pd.Series([f"{t.quarter}Q{t:%y}" for t in MONTHS[::3]])),
    "months of a year": (MONTHS, pd.Series(MONTHS.strftime("%YM%m"))),
    "months in Spanish": (MONTHS, pd.Series([f"{SPANISH[t.month - 1]}-{t:%y}" for t in MONTHS])),
    "an apostrophe": (MONTHS, pd.Series(MONTHS.strftime("%b '%y"))),
    "weeks of a calendar": (WEEKS, pd.Series(WEEKS.strftime("KW %V/%G"))),
    "weeks without a name": (WEEKS, pd.Series(WEEKS.strftime("%G-%V"))),
    "weeks from day to day": (
        WEEKS,
        WEEKS.to_series().map(lambda t: f"{t:%Y-%m-%d} - {t + SIX_DAYS:%Y-%m-%d}"),
    ),
    "weeks by their first day": (WEEKS, pd.Series(WEEKS.strftime("Week of %b %d, %Y"))),
    "ordinals": (DAYS, pd.Series([f"{t.day}th of {t:%B %Y}" for t in DAYS])),
    "days in Spanish": (
        DAYS,
        pd.Series([f"{t.day} de {SPANISH[t.month - 1]} de {t.year}" for t in DAYS]),
    ),
    "weekdays in front": (DAYS, pd.Series(DAYS.strftime("%a, %b %d %Y"))),
    "years in two digits": (DAYS, pd.Series(DAYS.strftime("%y-%m-%d"))),
    "hours in digits": (HOURS, pd.Series(HOURS.strftime("%Y%m%d%H")).astype("int64")),
    "minutes in digits": (HOURS, pd.Series(HOURS.strftime("%Y%m%d%H%M")).astype("int64")),
    "seconds in digits": (HOURS, pd.Series(HOURS.strftime("%Y%m%d%H%M%S"))),
    "a log": (HOURS, pd.Series(HOURS.strftime("%d/%b/%Y:%H:%M:%S"))),
    "a letter": (HOURS, pd.Series(HOURS.strftime("%a, %d %b %Y %H:%M:%S GMT"))),
    "a half of a day": (
        HOURS,
        pd.Series(HOURS.strftime("%d-%b-%Y %I:%M p.m.")).where(
            HOURS.hour > 11, pd.Series(HOURS.strftime("%d-%b-%Y %I:%M a.m."))
        ),
    ),
    "seconds as text": (HOURS, pd.Series(HOURS.as_unit("s").asi8).astype("str")),
    "hours": (
        pd.date_range("2024-03-30", periods=60, freq="h"),
        pd.Series(pd.date_range("2024-03-30", periods=60, freq="h", tz="UTC")).dt.tz_convert(
            "Europe/Madrid"
        ),
    ),
    "days of a time zone": (DAYS, pd.Series(DAYS.tz_localize("America/New_York"))),
    "text with an offset": (
        pd.date_range("2024-03-30", periods=60, freq="h"),
        pd.Series(pd.date_range("2024-03-30", periods=60, freq="h", tz="UTC").astype("str")),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_recognised_and_read(form: str) -> None:
    times, column = FORMS[form]
    reader = find_reader(column)
    assert reader is not None
    assert reader.read(column).tolist() == times.tolist()


NAMED = {
    "microseconds": (HOURS, pd.Series(HOURS.as_unit("us").asi8)),
    "nanoseconds": (HOURS, pd.Series(HOURS.as_unit("ns").asi8)),
    "days of Excel": (DAYS, pd.Series((DAYS - pd.Timestamp("1899-12-30")).days)),
    "decimal years": (MONTHS, pd.Series(MONTHS.year + (MONTHS.month - 1) / 12)),
    "decimal years, rounded": (MONTHS, pd.Series(MONTHS.year + (MONTHS.month - 1) / 12).round(2)),
    "middles of months": (MONTHS, pd.Series(MONTHS.year + (MONTHS.month - 0.5) / 12).round(4)),
    "decimal quarters": (MONTHS[::3], pd.Series(2020 + np.arange(10) / 4)),
    "decimal weeks": (
        pd.DatetimeIndex(pd.date_range("2021-01-01", periods=40, freq="7D")),
        pd.Series(2021 + 7 * np.arange(40) / 365),
    ),
    "decimal days, rounded": (
        pd.date_range("2021-01-01", periods=40),
        pd.Series(2021 + np.arange(40) / 365).round(4),
    ),
    "years, months and days in six digits": (
        DAYS,
        pd.Series(DAYS.strftime("%y%m%d")).astype("int64"),
    ),
    "days of the year": (DAYS, pd.Series(DAYS.strftime("%Y%j")).astype("int64")),
    "years and weeks in six digits": (
        pd.date_range("2024-01-01", periods=20, freq="W-MON"),
        pd.Series(pd.date_range("2024-01-01", periods=20, freq="W-MON").strftime("%G%V")).astype(
            "int64"
        ),
    ),
    "hours of Excel": (HOURS, pd.Series((HOURS - pd.Timestamp("1899-12-30")) / pd.Timedelta("1D"))),
}


@pytest.mark.parametrize("form", NAMED)
def test_numbers_that_any_column_could_hold_are_times_if_the_name_says_so(form: str) -> None:
    times, column = NAMED[form]
    assert find_reader(column) is None
    reader = find_reader(column, says_time=True)
    assert reader is not None
    assert reader.read(column).tolist() == times.tolist()
    assert reader.read(reader.tell(times).astype("str")).tolist() == times.tolist()


@pytest.mark.parametrize("form", NAMED)
def test_a_number_that_no_calendar_has_is_missing(form: str) -> None:
    reader = find_reader(NAMED[form][1], says_time=True)
    assert reader is not None
    assert reader.read(pd.Series([1e300, -1e300, None])).isna().all()


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([30_000.1, 31_007.3, 35_411.9, 40_123.7, 40_124.2, 52_000.9]),
        pd.Series(range(73_000, 73_100)),
        pd.Series(range(1, 145)),
        pd.Series(np.repeat([2005.1, 2005.2, 2005.3, 2005.4], 2) + np.repeat([0, 1], 4)),
        pd.Series([1984.31, 1984.72, 1985.18, 1986.03, 1986.44]),
        pd.Series([44_927, 44_928, 44_929]),
    ],
)
def test_numbers_that_are_not_plainly_times_are_none(column: pd.Series) -> None:
    assert find_reader(column, says_time=True) is None


@pytest.mark.parametrize("form", FORMS)
def test_what_is_told_can_be_read_again(form: str) -> None:
    times, column = FORMS[form]
    reader = find_reader(column)
    assert reader is not None
    told = reader.tell(times)
    assert reader.read(told).tolist() == times.tolist()
    assert reader.read(told.astype("str")).tolist() == times.tolist()


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1.5, 2.25, 3.0]),
        pd.Series([10, 20, 30]),
        pd.Series(["red", "green"]),
        pd.Series([True, False]),
        pd.Series(["1", "2", "3"]),
        pd.Series([None, None], dtype="str"),
        pd.Series(pd.to_timedelta([1, 2], unit="h")),
    ],
)
def test_other_columns_tell_no_time(column: pd.Series) -> None:
    assert find_reader(column) is None


def test_years_and_months_in_digits_are_no_weeks() -> None:
    reader = find_reader(pd.Series(MONTHS.strftime("%Y-%m")))
    assert reader is not None
    assert reader.read(pd.Series(["2030-11"])).tolist() == [pd.Timestamp("2030-11-01")]


def test_seconds_since_1970_are_no_hours_in_digits() -> None:
    late = pd.date_range("2031-05-01", periods=48, freq="h")
    reader = find_reader(pd.Series(late.as_unit("s").asi8))
    assert reader is not None
    assert reader.read(pd.Series(late.as_unit("s").asi8)).tolist() == late.tolist()


def test_what_cannot_be_read_is_missing() -> None:
    reader = find_reader(pd.Series(DAYS.strftime("%Y-%m-%d")))
    assert reader is not None
    assert reader.read(pd.Series(["2024-02-01", "soon", None])).isna().tolist() == [
        False,
        True,
        True,
    ]
