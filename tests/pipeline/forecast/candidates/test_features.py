"""Features of dates, holidays and the past."""

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.calendar.holiday_calendar import holiday_calendar
from pipeline.forecast.candidates.features import (
    CALENDAR_FEATURES,
    HOLIDAY_COLUMNS,
    ORIGIN_FEATURES,
    YEAR_COLUMNS,
    calendar_columns,
)

SPAIN = holiday_calendar("ES", None, 2026, 2026)


DAYS, WEEKS, MONTHS = Frequency(Unit.DAY), Frequency(Unit.WEEK), Frequency(Unit.MONTH)


def told(ds: pd.DatetimeIndex, frequency: Frequency) -> pd.DataFrame:
    columns = calendar_columns(ds, frequency, SPAIN)
    return pd.DataFrame(columns, columns=[*HOLIDAY_COLUMNS, *YEAR_COLUMNS])


def features_on(day: str) -> pd.Series:
    return told(pd.DatetimeIndex([day]), DAYS).iloc[0]


def test_christmas_and_the_days_around_it() -> None:
    eve, day, after = (features_on(f"2026-12-{day}") for day in (24, 25, 26))

    assert (eve["is_day_before_holiday"], day["is_holiday"], after["is_day_after_holiday"]) == (
        1,
    ) * 3
    assert (eve["is_holiday"], day["is_day_before_holiday"], after["is_holiday"]) == (0, 0, 0)


def test_the_year_has_waves_and_so_have_its_weekends() -> None:
    ds = pd.date_range("2023-12-25", periods=400, freq="D")

    found = told(ds, DAYS)

    angle = 2 * np.pi * ds.day_of_year / 365.25
    for harmonic in (1, 2, 3, 4):
        assert np.allclose(found[f"year_sin_{harmonic}"], np.sin(harmonic * angle))
        assert np.allclose(found[f"year_cos_{harmonic}"], np.cos(harmonic * angle))
    is_weekend = ds.day_of_week >= 5
    assert np.allclose(found["weekend_year_sin"], np.where(is_weekend, np.sin(angle), 0))
    assert np.allclose(found["weekend_year_cos"], np.where(is_weekend, np.cos(angle), 0))


def test_a_friday_after_a_thursday_holiday_is_a_bridge() -> None:
    assert features_on("2027-01-01")["is_holiday"] == 1
    assert features_on("2026-10-13")["is_bridge_day"] == 0
    assert features_on("2028-01-07")["is_bridge_day"] == 1


def test_subdivisions_have_their_own_holidays() -> None:
    catalonia = holiday_calendar("ES", "CT", 2026, 2026)
    diada = pd.DatetimeIndex(["2026-09-11"])

    assert catalonia.contains(diada).all()
    assert not SPAIN.contains(diada).any()


def test_weeks_and_months_count_their_holidays() -> None:
    weeks = pd.DatetimeIndex(["2026-12-21", "2026-12-28"])
    months = pd.DatetimeIndex(["2026-09-01", "2026-11-01", "2026-12-01"])

    assert list(told(weeks, WEEKS)["is_holiday"]) == [1, 1]
    assert list(told(months, MONTHS)["is_holiday"]) == [0, 0, 2]


def test_weeks_with_gaps_count_the_holidays_of_their_own_days() -> None:
    weeks = pd.DatetimeIndex(["2026-11-23", "2026-12-28"])

    assert list(told(weeks, WEEKS)["is_holiday"]) == [0, 1]


def test_the_documentation_explains_every_feature() -> None:
    page = (Path(__file__).parents[4] / "docs" / "forecasting.md").read_text(encoding="utf-8")

    for name, meaning in {**CALENDAR_FEATURES, **ORIGIN_FEATURES}.items():
        assert f"| `{name}` | {meaning} |" in page
