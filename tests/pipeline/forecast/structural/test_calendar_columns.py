"""Shared slices are what each product would have computed for itself."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.forecast.calendar.holiday_calendar import holiday_calendar
from pipeline.forecast.structural.calendar_columns import calendar_columns, holidays_of
from pipeline.forecast.structural.fourier import waves
from pipeline.forecast.structural.holidays import Holidays
from tests.pipeline.forecast.structural.cases import CHRISTMAS, SPAIN, seasonalities

WAVES = seasonalities("yearly", "weekly")
FIRST = pd.Timestamp("2023-01-01")


def alone(times: NDArray[np.datetime64], holidays: Holidays) -> NDArray[np.float64]:
    return np.hstack([waves(times, WAVES), holidays.columns().at(times)])


@given(
    begin=st.integers(0, 800),
    rows=st.integers(1, 900),
    step=st.sampled_from(["D", "6h", "7D"]),
    hour=st.integers(0, 23),
)
def test_a_slice_is_what_the_times_alone_give(begin: int, rows: int, step: str, hour: int) -> None:
    start = FIRST + pd.Timedelta(hours=24 * begin + hour)
    times = pd.date_range(start, periods=rows, freq=step).to_numpy()
    found = calendar_columns(times, WAVES, SPAIN)
    assert np.allclose(found, alone(times, SPAIN), rtol=0, atol=1e-12)


def test_times_that_are_not_regular_have_their_columns_too() -> None:
    times = pd.to_datetime(["2023-01-06", "2023-12-25", "2024-02-29", "2024-03-01"]).to_numpy()
    assert calendar_columns(times, WAVES, SPAIN) == pytest.approx(alone(times, SPAIN))


def test_waves_are_those_of_prophet() -> None:
    """Days since 1970, sine before cosine."""
    times = pd.date_range("2024-02-27", periods=5, freq="31h").to_numpy()
    days = (times - np.datetime64("1970-01-01")) / np.timedelta64(1, "D")
    column = 0
    for one in WAVES:
        for number in range(1, one.order + 1):
            angle = 2 * np.pi * number * days / one.period
            pair = np.column_stack([np.sin(angle), np.cos(angle)])
            assert waves(times, WAVES)[:, column : column + 2] == pytest.approx(pair, abs=1e-9)
            column += 2


def test_days_before_and_after_have_columns_of_their_own() -> None:
    laid_out = CHRISTMAS.columns()
    assert laid_out.names == (
        "christmas_delim_+0",
        "christmas_delim_+1",
        "christmas_delim_-1",
        "christmas_delim_-2",
        "festival_delim_+0",
    )
    assert laid_out.prior_scales.tolist() == [5, 5, 5, 5, 1]
    times = pd.date_range("2023-12-22", "2023-12-27").to_numpy()
    marked = laid_out.at(times).argmax(axis=1)[1:5]
    assert [laid_out.names[place][-2:] for place in marked] == ["-2", "-1", "+0", "+1"]
    assert laid_out.at(times).sum(axis=1).tolist() == [0, 1, 1, 1, 1, 0]


def test_other_events_are_another_calendar() -> None:
    plain = holiday_calendar("ES", None, 2023, 2023)
    days = np.array(["2023-05-01", "2023-05-02"], dtype="datetime64[D]")
    fair = type(plain)(dates=plain.dates, names=plain.names, events={"fair": days})
    moved = type(plain)(dates=plain.dates, names=plain.names, events={"fair": days + 7})
    times = pd.date_range("2023-05-01", periods=14).to_numpy()
    columns = [calendar_columns(times, (), holidays_of(one)) for one in (plain, fair, moved)]
    assert columns[1].shape[1] == columns[0].shape[1] + 1
    assert columns[1].sum() == columns[2].sum() == columns[0].sum() + 2
    assert not np.array_equal(columns[1], columns[2])


def test_threads_share_the_columns() -> None:
    starts = [FIRST + pd.Timedelta(days=37 * number) for number in range(40)]

    def agrees(start: pd.Timestamp) -> bool:
        times = pd.date_range(start, periods=300).to_numpy()
        return np.allclose(calendar_columns(times, WAVES, SPAIN), alone(times, SPAIN))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(agrees, starts))


def test_shared_columns_cannot_be_changed_by_mistake() -> None:
    columns = calendar_columns(pd.date_range(FIRST, periods=9).to_numpy(), WAVES, SPAIN)
    with pytest.raises(ValueError, match="read-only"):
        columns[0, 0] = 1.0
