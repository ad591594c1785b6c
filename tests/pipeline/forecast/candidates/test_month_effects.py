"""Months that are alike from year to year are told from those that differ by chance."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidates.month_effects import month_columns, share_of_chance

MONTHS = np.array([0.7, 1.2, 0.9, 1.1, 1.3, 0.8, 1.0, 1.2, 0.8, 1.1, 1.2, 0.8])


def days(years: float, start: str = "2020-01-01") -> pd.DatetimeIndex:
    return pd.date_range(start, periods=round(365.25 * years), freq="D")


def shares_of_chance(expected: np.ndarray, ds: pd.DatetimeIndex) -> np.ndarray:
    """Of forty draws of sales around what is expected, judged beside an even year."""
    draw = np.random.default_rng(5)
    sales = (draw.poisson(expected).astype(float) for _ in range(40))
    return np.array([share_of_chance(ds, sold, np.ones(len(ds))) for sold in sales])


@pytest.mark.parametrize("start", ["2020-01-01", "2019-08-20"])
@pytest.mark.parametrize("growth", [0.0, 0.2])
def test_months_that_recur_are_no_chance_whether_sales_grow_or_not(
    start: str, growth: float
) -> None:
    ds = days(4, start)
    expected = 30 * np.exp(growth * np.arange(len(ds)) / 365.25)
    values = np.random.default_rng(2).poisson(expected * MONTHS[ds.month - 1]).astype(float)

    assert share_of_chance(ds, values, np.full(len(ds), 30.0)) < 0.05


def test_months_that_differ_by_chance_alone_keep_nothing() -> None:
    """Few draws are beyond half by chance."""
    ds = days(4)

    assert np.mean(shares_of_chance(np.full(len(ds), 30.0), ds) > 0.5) > 0.75


def test_growth_alone_is_no_effect_of_months() -> None:
    """December sells more than January in every year."""
    ds = days(4)
    growing = 30 * np.exp(0.3 * np.arange(len(ds)) / 365.25)

    assert np.mean(shares_of_chance(growing, ds) > 0.5) > 0.75


def test_less_than_two_years_tell_nothing_of_months() -> None:
    ds = days(1.9)

    assert share_of_chance(ds, MONTHS[ds.month - 1], np.ones(len(ds))) == 1.0


def test_months_without_sales_do_not_count() -> None:
    """A shop that closes for two winters has 20 months with sales in two years."""
    ds = days(2)
    values = np.where(ds.month.isin([1, 2]), 0.0, MONTHS[ds.month - 1])

    assert share_of_chance(ds, values, np.ones(len(ds))) == 1.0


def test_each_time_stamp_is_in_one_month() -> None:
    columns = month_columns(pd.DatetimeIndex(["2024-01-31", "2024-02-01 13:00", "2024-12-31"]))

    assert columns.sum(axis=1).tolist() == [1, 1, 1]
    assert columns.argmax(axis=1).tolist() == [0, 1, 11]
