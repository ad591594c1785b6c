"""Products that are born, that end, that sell for a season of the year, and very long histories."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.history.prepared import Prepared
from pipeline.forecast.history.preparing import MOST_ROWS, prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.spec import ForecastSpec
from tests.pipeline.forecast.series import daily_sales


def prepared(frame: pd.DataFrame, spec: ForecastSpec | None = None) -> Prepared:
    return prepare(validate(frame), spec or ForecastSpec())


def test_zeros_before_the_first_sale_are_not_learned_as_demand() -> None:
    frame = daily_sales(300)
    frame.loc[:199, "quantity"] = 0.0

    found = prepared(frame)

    assert found.history.ds[0] == frame["ds"][200]
    assert any("new from then on" in note for note in found.notes)


def test_of_a_product_born_days_ago_as_many_rows_are_left_as_a_training_needs() -> None:
    frame = daily_sales(300)
    frame.loc[:289, "quantity"] = 0.0

    assert len(prepared(frame).history) == 30


def test_a_rare_product_keeps_the_days_before_its_first_sale() -> None:
    frame = daily_sales(300).assign(quantity=0.0)
    frame.loc[::40, "quantity"] = 1.0

    assert len(prepared(frame.iloc[20:]).history) == 280


def test_a_product_without_sales_for_months_has_ended() -> None:
    frame = daily_sales(400)
    frame.loc[300:, "quantity"] = 0.0

    found = prepared(frame)

    assert found.closed_times.has_ended
    assert found.closed_times.at(
        pd.DatetimeIndex(found.future["ds"]), found.history.frequency
    ).all()
    assert any("Nothing has been sold since 2024-10-26" in note for note in found.notes)


@pytest.mark.parametrize("silent", [14, 40])
def test_a_break_of_weeks_is_no_end(silent: int) -> None:
    frame = daily_sales(400)
    frame.loc[400 - silent :, "quantity"] = 0.0

    assert not prepared(frame).closed_times.has_ended


def test_rare_sales_are_no_end() -> None:
    frame = daily_sales(400)
    rng = np.random.default_rng(2)
    frame["quantity"] = (rng.random(400) < 0.02).astype(float)

    assert not prepared(frame).closed_times.has_ended


def test_a_product_of_the_summer_has_not_ended_in_winter() -> None:
    frame = daily_sales(800, start="2023-06-01")
    is_summer = frame["ds"].dt.month.isin([6, 7, 8])
    frame["quantity"] = frame["quantity"].where(is_summer, 0.0)

    in_spring = frame[frame["ds"] < "2025-03-01"]

    assert not prepared(in_spring).closed_times.has_ended


def test_of_a_very_long_history_the_newest_rows_are_learned_from() -> None:
    ds = pd.date_range("2015-01-01", periods=90_000, freq="h")
    frame = pd.DataFrame({"ds": ds, "quantity": 1.0 + np.arange(90_000) % 5})

    found = prepared(frame)

    assert len(found.history) == MOST_ROWS
    assert found.history.ds[-1] == ds[-1]
    assert any("the newest 20,000 hours are learned from" in note for note in found.notes)


def test_ten_years_of_days_are_learned_from_completely() -> None:
    assert len(prepared(daily_sales(3650, start="2014-01-01")).history) == 3650
