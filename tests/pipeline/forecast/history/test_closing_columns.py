"""Columns that say when a shop is closed are believed if they were right, and only then."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.history.prepared import Prepared
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.spec import ForecastSpec
from tests.pipeline.forecast.series import daily_sales

SPEC = ForecastSpec(horizon_days=28, country="ES")
DAYS, AHEAD = 200, 28
CLOSED = [40, 77, 103, 150, 163, 188]
CLOSED_AHEAD = [205, 219]


def shop(*, column: str = "open", closed: float = 0.0) -> pd.DataFrame:
    """Daily sales with a column that is 1 on most days, stated for four weeks ahead."""
    frame = daily_sales(DAYS + AHEAD)
    marks = np.full(len(frame), 1.0 - closed)
    marks[[*CLOSED, *CLOSED_AHEAD]] = closed
    frame[column] = marks
    frame.loc[CLOSED, "quantity"] = 0.0
    frame.loc[DAYS:, "quantity"] = np.nan
    return frame


def prepared(frame: pd.DataFrame, spec: ForecastSpec = SPEC) -> Prepared:
    return prepare(validate(frame), spec)


@pytest.mark.parametrize(("column", "closed"), [("open", 0.0), ("refurbishment", 1.0)])
def test_days_that_a_column_marks_are_closed(column: str, closed: float) -> None:
    frame = shop(column=column, closed=closed)

    made = prepared(frame)

    expected = frame["ds"].iloc[CLOSED_AHEAD].dt.date.tolist()
    assert list(made.closed_times.days) == expected
    assert np.flatnonzero(np.isnan(made.history.actual)).tolist() == CLOSED
    assert any(str(expected[0]) in note for note in made.notes)


def test_a_column_that_was_wrong_once_closes_nothing() -> None:
    frame = shop()
    frame.loc[CLOSED[2], "quantity"] = 3.0

    assert not prepared(frame).closed_times.days


def test_days_without_a_sale_by_chance_close_nothing() -> None:
    frame = shop()
    frame.loc[np.arange(0, DAYS, 2), "quantity"] = 0.0

    assert not prepared(frame).closed_times.days


def test_zeros_that_are_real_stay() -> None:
    real = ForecastSpec(horizon_days=28, country="ES", zeros_are_real=True)

    made = prepared(shop(), real)

    assert not made.closed_times.days
    assert not np.isnan(made.history.actual).any()


def test_a_product_that_pauses_with_its_shop_has_not_ended() -> None:
    frame = shop()
    closed = slice(100, DAYS + 7)
    frame.loc[closed.start : closed.stop - 1, "open"] = 0.0
    frame.loc[closed.start : DAYS - 1, "quantity"] = 0.0

    times = prepared(frame).closed_times

    assert not times.has_ended
    assert len(times.days) == 7 + len(CLOSED_AHEAD) - 1
