"""Forecasts on demand: which periods, which covariates, and the same numbers as the stored ones."""

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import InvalidDataError, WrongColumnsError
from pipeline.forecast.finished.on_demand import first_periods, forecast_rows, periods_between
from pipeline.forecast.result import ForecastResult
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast
from tests.pipeline.forecast.series import daily_sales

DAYS, HORIZON = 120, 30


@pytest.fixture(scope="module")
def promoted() -> ForecastResult:
    """Sales that double on promotions, which are stated for the horizon, too."""
    sales = daily_sales(DAYS + HORIZON)
    sales["promotion"] = (np.arange(len(sales)) % 5 == 0).astype(float)
    sales["quantity"] *= 1 + sales["promotion"]
    sales.loc[DAYS:, "quantity"] = np.nan
    spec = ForecastSpec(horizon_days=HORIZON, algorithm="poisson")
    result = train_forecast(sales, spec)
    assert result.model.known == ("promotion",)
    return result


@pytest.fixture(scope="module")
def weekly() -> ForecastResult:
    ds = pd.date_range("2024-01-01", periods=80, freq="7D")
    sales = pd.DataFrame({"ds": ds, "quantity": 20.0 + np.arange(80) % 4})
    return train_forecast(sales, ForecastSpec(horizon_days=56, algorithm="seasonal_mean"))


def test_without_covariates_it_is_the_stored_forecast_to_the_last_bit(promoted):
    asked = first_periods(promoted.model, 10)
    answer = forecast_rows(promoted.model, asked)
    pd.testing.assert_frame_equal(answer.frame, promoted.forecast.head(10), check_exact=True)
    (note,) = answer.notes
    assert note.startswith("No promotion was given for every period: the forecast assumes")


def test_a_period_has_the_same_forecast_whatever_is_asked_with_it(promoted):
    alone = forecast_rows(promoted.model, promoted.model.ahead[["ds"]].iloc[[7]])
    with_others = forecast_rows(promoted.model, promoted.model.ahead[["ds"]].iloc[[20, 7, 3]])
    assert alone.frame.iloc[0].tolist() == with_others.frame.iloc[1].tolist()


def test_given_covariates_count_and_empty_ones_are_assumed(promoted):
    days = promoted.model.ahead["ds"].iloc[1:4].dt.strftime("%Y-%m-%d").tolist()
    asked = pd.DataFrame({"ds": days, "promotion": [True, None, 0], "weather": ["sun"] * 3})
    answer = forecast_rows(promoted.model, asked)
    stored = promoted.forecast.iloc[1:4].reset_index(drop=True)
    assert answer.frame["yhat"].iloc[0] > 1.3 * stored["yhat"].iloc[0]
    assert answer.frame["yhat"].iloc[1] == stored["yhat"].iloc[1]
    assert answer.notes == (
        "No promotion was given for 1 of 3 periods: the forecast assumes what was known when the"
        " model was trained",
        "The model does not use weather: it makes no difference",
    )


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"ds": ["2024-04-29"]}, r"not after 2024-04-29 00:00:00, the newest sales"),
        ({"ds": ["2024-05-30"]}, r"too far ahead.*30 daily periods from 2024-04-30.*horizon_days"),
        ({"ds": ["2024-05-01 12:00"]}, r"Row 1: ds 2024-05-01 12:00:00 is none of the model's"),
        ({"ds": ["2024-05-01", "2024-05-01"]}, "more than once"),
        ({"ds": []}, "There are no rows"),
    ],
)
def test_periods_that_the_model_does_not_forecast(promoted, asked, message):
    with pytest.raises(InvalidDataError, match=message):
        forecast_rows(promoted.model, pd.DataFrame(asked))


@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        ({"promotion": [1]}, ["ds"]),
        ({"ds": ["soon"]}, ["ds"]),
        ({"ds": ["2024-05-01T00:00:00+02:00"]}, ["ds"]),
        ({"ds": ["2024-05-01"], "promotion": ["a lot"]}, ["promotion"]),
    ],
)
def test_wrong_columns_are_named(promoted, asked, columns):
    with pytest.raises(WrongColumnsError) as refused:
        forecast_rows(promoted.model, pd.DataFrame(asked))
    assert [problem.column for problem in refused.value.problems] == columns


def test_ranges(promoted):
    model = promoted.model
    first, last = model.ahead["ds"].iloc[0], model.ahead["ds"].iloc[-1]
    assert len(periods_between(model, None, None)) == HORIZON
    assert len(periods_between(model, None, first)) == 1
    middle = periods_between(model, first + pd.Timedelta(days=2), first + pd.Timedelta(days=4))
    assert len(middle) == 3
    day = pd.Timedelta(days=1)
    for start, end, message in [
        (first - day, None, "start is"),
        (None, last + day, "end is .*larger horizon_days"),
        (last, first, "in order"),
    ]:
        with pytest.raises(InvalidDataError, match=message):
            periods_between(model, start, end)
    with pytest.raises(InvalidDataError, match="horizon_days is 31; this model forecasts 30 daily"):
        first_periods(model, 31)


def test_weeks(weekly):
    model = weekly.model
    assert len(first_periods(model, 14)) == 2
    assert forecast_rows(model, first_periods(model, 56)).frame["yhat"].notna().all()
    monday = model.ahead["ds"].iloc[0]
    with pytest.raises(InvalidDataError, match="No period of this weekly model"):
        periods_between(model, monday + pd.Timedelta(days=1), monday + pd.Timedelta(days=3))
