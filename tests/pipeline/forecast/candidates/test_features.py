"""Features of dates, holidays and the past."""

from pathlib import Path

import pandas as pd

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.calendar.holiday_calendar import holiday_calendar
from pipeline.forecast.candidates.features import (
    CALENDAR_FEATURES,
    ORIGIN_FEATURES,
    calendar_features,
)

SPAIN = holiday_calendar("ES", None, 2026, 2026)


def features_on(day: str) -> pd.Series:
    ds = pd.DatetimeIndex([day])
    return calendar_features(ds, Frequency(Unit.DAY), SPAIN).iloc[0]


def test_christmas_and_the_days_around_it() -> None:
    eve, day, after = (features_on(f"2026-12-{day}") for day in (24, 25, 26))

    assert list(day.index) == list(CALENDAR_FEATURES)
    assert (eve["is_day_before_holiday"], day["is_holiday"], after["is_day_after_holiday"]) == (
        1,
    ) * 3
    assert (eve["is_holiday"], day["days_to_holiday"], after["days_since_holiday"]) == (0, 0, 1)


def test_a_friday_after_a_thursday_holiday_is_a_bridge() -> None:
    assert features_on("2027-01-01")["is_holiday"] == 1
    assert features_on("2026-10-13")["is_bridge_day"] == 0
    assert features_on("2028-01-07")["is_bridge_day"] == 1


def test_subdivisions_have_their_own_holidays() -> None:
    catalonia = holiday_calendar("ES", "CT", 2026, 2026)
    diada = pd.DatetimeIndex(["2026-09-11"])

    assert catalonia.contains(diada).all()
    assert not SPAIN.contains(diada).any()


def test_weekly_rows_count_their_holidays() -> None:
    week = pd.DatetimeIndex(["2026-12-21", "2026-12-28"])

    counted = calendar_features(week, Frequency(Unit.WEEK), SPAIN)["is_holiday"]

    assert list(counted) == [1, 1]


def test_the_documentation_explains_every_feature() -> None:
    page = (Path(__file__).parents[4] / "docs" / "forecasting.md").read_text(encoding="utf-8")

    for name, meaning in {**CALENDAR_FEATURES, **ORIGIN_FEATURES}.items():
        assert f"| `{name}` | {meaning} |" in page
