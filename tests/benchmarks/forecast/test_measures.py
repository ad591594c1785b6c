"""Measures with known values."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.forecast.measures import (
    error_unit,
    measure,
    scored_rows,
    seasonal_naive,
    weighted_quantile_loss,
)
from benchmarks.forecast.panel import Panel, Split, splits
from benchmarks.forecast.systems.task import COLUMNS, LEVELS


@pytest.fixture
def split() -> Split:
    """Two series, one goes up by 1 each week and the other by 2; the last day is not scored."""
    ds = pd.date_range("2024-01-01", periods=35)
    week = np.arange(35) // 7
    frames = [
        pd.DataFrame({"series": name, "ds": ds, "y": 10.0 + slope * week, "scored": True})
        for name, slope in (("one", 1), ("two", 2))
    ]
    for frame in frames:
        frame.loc[34, ["y", "scored"]] = [0.0, False]
    panel = Panel(name="steps", frame=pd.concat(frames), frequency="daily", horizon=7)
    return splits(panel, 1)[0]


def forecast(split: Split, value: float, spread: float) -> pd.DataFrame:
    answer = split.future[["series", "ds"]].assign(point=value)
    for level, column in zip(LEVELS, COLUMNS, strict=True):
        answer[column] = value + spread * (level - 0.5)
    return answer


def test_errors_are_in_units_of_the_seasonal_naive_one(split: Split) -> None:
    found = measure([scored_rows(split, forecast(split, 13.0, 100.0))], cpu_s=4.0)
    assert found.mase == pytest.approx((1 / 1 + 5 / 2) / 2)
    assert found.wape == pytest.approx((1 + 5) / (14 + 18))
    assert found.coverage_80 == found.coverage_95 == 1.0
    assert found.width_95 == pytest.approx(2 * 95 / (14 + 18))
    assert found.cpu_s == 2.0
    assert found.failures == 0


def test_a_series_without_a_forecast_counts_as_naive_and_as_failed(split: Split) -> None:
    answer = forecast(split, 14.0, 0.0)
    found = measure([scored_rows(split, answer[answer["series"] == "one"])], cpu_s=0.0)
    assert found.failures == 1
    assert found.mase == pytest.approx((0 + 2 / 2) / 2)


def test_days_that_do_not_count_are_left_out(split: Split) -> None:
    rows = scored_rows(split, forecast(split, 14.0, 0.0))
    assert len(rows) == 2 * 6
    assert rows["scored"].all()


def test_quantile_loss_of_known_values() -> None:
    actual = np.array([10.0, 20.0])
    loss = weighted_quantile_loss(actual, {0.5: np.array([8.0, 24.0]), 0.9: actual + 10})
    assert loss == pytest.approx(np.mean([2 + 4, 2 * 0.1 * 20]) / 30)


def test_the_truth_has_no_quantile_loss() -> None:
    actual = np.arange(1.0, 9.0)
    assert weighted_quantile_loss(actual, {0.1: actual, 0.9: actual}) == 0


def test_the_newest_season_is_repeated() -> None:
    values = np.arange(10.0)
    assert seasonal_naive(values, 3, 5).tolist() == [7, 8, 9, 7, 8]
    assert error_unit(values, 3) == 3
    assert error_unit(values[:3], 7) == 1
