"""Blocks of calendar columns beside the columns themselves."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.frequency import infer_frequency
from pipeline.forecast.calendar.holiday_calendar import holiday_calendar
from pipeline.forecast.candidates.calendar_blocks import calendar_table
from pipeline.forecast.candidates.features import calendar_columns

HOLIDAYS = holiday_calendar("ES", None, 2019, 2026)


@pytest.mark.parametrize(
    ("start", "freq", "rows"),
    [
        ("2020-02-05", "D", 1500),
        ("2020-02-05 07:00", "h", 2500),
        ("2020-02-05", "2h", 30),
        ("2020-02-04", "W-TUE", 200),
        ("2020-02-01", "MS", 40),
    ],
)
def test_a_slice_of_the_blocks_is_what_would_be_computed(start: str, freq: str, rows: int) -> None:
    ds = pd.date_range(start, periods=rows, freq=freq)
    frequency = infer_frequency(ds)

    table = calendar_table(ds, frequency, HOLIDAYS)

    assert np.array_equal(table, calendar_columns(ds, frequency, HOLIDAYS))


def test_time_stamps_with_gaps_are_computed_one_by_one() -> None:
    ds = pd.date_range("2020-02-05", periods=30, freq="D")[[0, 3, 7]]
    frequency = infer_frequency(pd.date_range("2020-02-05", periods=30, freq="D"))

    table = calendar_table(ds, frequency, HOLIDAYS)

    assert np.array_equal(table, calendar_columns(ds, frequency, HOLIDAYS))
