"""What was recognised in a history reaches the forecast, its scores and its notes."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd

from pipeline.forecast.result import ForecastResult
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast
from tests.pipeline.forecast.series import daily_sales

QUICK = ForecastSpec(algorithm="seasonal_mean", horizon_days=28, budget="fast")
SUNDAY = 6


def trained(frame: pd.DataFrame, spec: ForecastSpec = QUICK) -> ForecastResult:
    return train_forecast(frame, spec)


def test_on_closed_weekdays_nothing_is_forecast_nor_scored() -> None:
    frame = daily_sales(200)
    is_sunday = frame["ds"].dt.day_of_week == SUNDAY

    result = trained(frame.assign(quantity=frame["quantity"].where(~is_sunday, 0.0)))

    closed = result.forecast["ds"].dt.day_of_week == SUNDAY
    assert result.forecast.loc[closed, ["yhat", "yhat_lower", "yhat_upper"]].eq(0).all(axis=None)
    assert result.forecast.loc[~closed, "yhat"].gt(10).all()
    assert result.validation_data_points == 24
    again = pickle.loads(pickle.dumps(result.model))
    assert again.predict(again.ahead).equals(result.forecast)


def test_gaps_amid_sales_lower_no_forecast() -> None:
    frame = daily_sales(200)
    with_gaps = frame.copy()
    with_gaps.loc[np.arange(150, 200, 9), "quantity"] = 0.0

    real = trained(with_gaps, replace(QUICK, zeros_are_real=True))

    taken_out = trained(with_gaps).forecast["yhat"].sum()
    assert abs(taken_out / trained(frame).forecast["yhat"].sum() - 1) < 0.03
    assert real.forecast["yhat"].sum() < 0.97 * taken_out


def test_a_product_that_ended_is_forecast_to_sell_nothing() -> None:
    frame = daily_sales(300)
    frame.loc[200:, "quantity"] = 0.0

    result = trained(frame)

    assert result.forecast["yhat"].eq(0).all()
    assert any("counts as ended" in note for note in result.notes)


def test_after_a_lasting_shift_the_forecast_is_at_the_new_level_and_says_so() -> None:
    frame = daily_sales(400)
    frame.loc[300:, "quantity"] *= 3

    result = trained(frame)

    assert result.forecast["yhat"].mean() > 60
    assert any(note.startswith("Since 2024-10-2") for note in result.notes)


def test_a_mistake_on_the_last_day_makes_no_interval_wider() -> None:
    frame = daily_sales(400)
    mistaken = frame.copy()
    mistaken.loc[399, "quantity"] = 900.0

    plain, result = trained(frame).forecast, trained(mistaken)

    assert len(result.outliers) == 1
    width = result.forecast["yhat_upper"] - result.forecast["yhat_lower"]
    assert width.mean() < 1.3 * (plain["yhat_upper"] - plain["yhat_lower"]).mean()
    real = trained(mistaken, replace(QUICK, outliers_are_real=True)).forecast
    assert (real["yhat_upper"] - real["yhat_lower"]).mean() > 2 * width.mean()
