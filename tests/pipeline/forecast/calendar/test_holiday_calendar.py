"""Feasts that move, the days around holidays, and one calendar for all products of a shop."""

from datetime import date

import numpy as np
import pandas as pd

from pipeline.forecast.calendar.holiday_calendar import (
    AFTER,
    BEFORE,
    BRIDGE,
    holiday_calendar,
    public_holidays,
    stated_calendar,
)
from pipeline.forecast.calendar.occasions import Holiday


def around(*days: date) -> dict[str, list[date]]:
    calendar = stated_calendar(tuple(Holiday(day, f"feast {day}") for day in days))
    return {name: found.tolist() for name, found in calendar.around().items()}


def test_a_holiday_amid_the_week_has_a_day_before_and_after() -> None:
    wednesday = date(2025, 1, 8)

    assert around(wednesday) == {
        BEFORE: [date(2025, 1, 7)],
        AFTER: [date(2025, 1, 9)],
        BRIDGE: [],
    }


def test_a_friday_after_a_holiday_is_a_bridge_and_nothing_else() -> None:
    thursday = date(2025, 1, 9)

    assert around(thursday) == {
        BEFORE: [date(2025, 1, 8)],
        AFTER: [],
        BRIDGE: [date(2025, 1, 10)],
    }


def test_between_two_holidays_in_a_row_there_is_no_day_before_or_after() -> None:
    christmas = date(2024, 12, 25), date(2024, 12, 26)

    found = around(*christmas)

    assert found[BEFORE] == [date(2024, 12, 24)]
    assert found[BRIDGE] == [date(2024, 12, 27)]


def test_prophet_reads_days_around_holidays_beside_them() -> None:
    frame = holiday_calendar("ES", None, 2025, 2025).frame()

    assert {BEFORE, AFTER, BRIDGE} <= set(frame["holiday"])
    assert not frame.duplicated(["ds", "holiday"]).any()


def test_a_moving_feast_has_one_name_though_its_day_is_an_estimate() -> None:
    calendar = holiday_calendar("ID", None, 2024, 2026)

    days = calendar.dates[np.array(calendar.names) == "Eid al-Fitr"]

    assert len(set(days.astype("datetime64[Y]").tolist())) >= 6
    assert not any("estimated" in name for name in calendar.names)


def test_products_of_a_shop_share_one_calendar() -> None:
    asked = "ES", "MD", None, 2024, 2026

    assert public_holidays(*asked) is public_holidays(*asked)


def test_stated_holidays_stand_in_for_those_of_the_country() -> None:
    stated = (Holiday(date(2025, 7, 7), "San Fermín"),)

    calendar = public_holidays("ES", None, stated, 2024, 2026)

    assert calendar.contains(pd.DatetimeIndex(["2025-07-07", "2025-12-25"])).tolist() == [
        True,
        False,
    ]
