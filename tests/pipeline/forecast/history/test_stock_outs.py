"""Zeros amid lively sales are gaps, those of rare products are demand; a request can say no."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.history.prepared import Prepared
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.spec import ForecastSpec
from tests.pipeline.forecast.series import daily_sales


def prepared(frame: pd.DataFrame, spec: ForecastSpec | None = None) -> Prepared:
    return prepare(validate(frame), spec or ForecastSpec())


def sold(rate: float, *, days: int = 400, seed: int = 0) -> pd.DataFrame:
    quantity = np.random.default_rng(seed).poisson(rate, days).astype(float)
    quantity[0] = quantity[-1] = max(rate, 1.0)
    return pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=days), "quantity": quantity})


def test_a_zero_amid_lively_sales_is_unknown_and_told_with_its_date() -> None:
    frame = daily_sales(200)
    frame.loc[[60, 100, 101, 102], "quantity"] = 0.0

    found = prepared(frame)

    assert np.flatnonzero(~found.history.scored).tolist() == [60, 100, 101, 102]
    assert found.stock_outs == tuple(frame["ds"][[60, 100, 101, 102]])
    (note,) = found.notes
    assert "2024-03-01, 2024-04-10 to 2024-04-12" in note
    assert "“Days without sales: Always count as no demand”" in note


def test_a_planted_run_of_a_slow_product_is_found_by_its_length() -> None:
    frame = sold(2.5)
    frame.loc[200:213, "quantity"] = 0.0

    gaps = np.flatnonzero(~prepared(frame).history.scored)

    assert set(range(200, 214)) <= set(gaps.tolist()) <= set(range(198, 216))


@pytest.mark.parametrize("rate", [0.1, 0.4, 1.0, 3.0, 6.0, 12.0])
def test_zeros_by_chance_stay(rate: float) -> None:
    """At most one of 40 histories with a gap by chance."""
    wrong = [bool(prepared(sold(rate, seed=seed)).stock_outs) for seed in range(40)]

    assert sum(wrong) <= 1


def test_zeros_of_lumpy_demand_stay() -> None:
    rng = np.random.default_rng(3)
    frame = sold(10.0)
    frame["quantity"] = np.where(rng.random(400) < 0.3, 0.0, rng.negative_binomial(2, 0.1, 400))

    assert len(prepared(frame).stock_outs) <= 8


def test_the_last_zeros_may_be_the_end_of_the_product() -> None:
    frame = daily_sales(200)
    frame.loc[190:, "quantity"] = 0.0

    assert prepared(frame).stock_outs == ()


def test_before_later_sales_told_so_a_gap_was_not_known_to_be_one() -> None:
    frame = daily_sales(200)
    frame.loc[100:104, "quantity"] = 0.0
    history = prepared(frame).history

    assert (history.head(103).actual[100:] == 0).all()
    assert np.isnan(history.head(106).actual[100:105]).all()


def test_a_season_without_sales_is_no_gap() -> None:
    frame = daily_sales(730)
    is_summer = frame["ds"].dt.month.isin([6, 7, 8])
    frame["quantity"] = frame["quantity"].where(is_summer, 0.0)

    found = prepared(frame)

    assert found.stock_outs == ()
    assert not found.closed_times.has_ended


def test_zeros_are_real_where_the_request_says_so() -> None:
    frame = daily_sales(200)
    frame.loc[100:104, "quantity"] = 0.0

    history = prepared(frame, ForecastSpec(zeros_are_real=True)).history

    assert (history.actual[100:105] == 0).all()


@pytest.mark.parametrize("column", ["stock", "in_stock", "available"])
def test_the_stock_column_decides_where_there_is_one(column: str) -> None:
    frame = daily_sales(200).assign(**{column: 1.0})
    frame.loc[[60, 100], "quantity"] = 0.0
    frame.loc[100, column] = 0.0

    found = prepared(frame)

    assert found.stock_outs == (frame["ds"][100],)
    assert found.history.actual[60] == 0
    assert column not in found.history.columns
