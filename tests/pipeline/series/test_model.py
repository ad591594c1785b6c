"""A model of series answers for rows and for periods ahead."""

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import InvalidDataError, InvalidParameterError, WrongColumnsError
from pipeline.table.predict import predict_rows
from pipeline.table.result import TableResult
from tests.pipeline.series.tables import daily, forecast, panel, seasonal


@pytest.fixture(scope="module")
def stores() -> TableResult:
    return forecast(panel(3), "sales", horizon=7)


def test_rows_may_be_text_and_have_further_columns(stores: TableResult) -> None:
    asked = pd.DataFrame({"mood": ["good"], "date": ["2024-04-02"], "store": ["store 1"]})
    ahead = stores.model.forecast(7)
    expected = ahead[(ahead["store"] == "store 1") & (ahead["date"] == "2024-04-02")]
    answer = predict_rows(stores, asked)
    assert list(answer.columns) == ["prediction", "lower", "upper"]
    assert answer["prediction"].tolist() == expected["prediction"].tolist()


def test_periods_beyond_the_horizon_are_answered_up_to_ten_horizons(stores: TableResult) -> None:
    assert len(stores.model.forecast(70)) == 210
    pd.testing.assert_frame_equal(
        stores.model.forecast(70).groupby("store").head(7).reset_index(drop=True),
        stores.model.forecast(7),
    )
    with pytest.raises(InvalidParameterError, match="horizon is 71; accepted: 1 to 70"):
        stores.model.forecast(71)


def test_no_rows_get_no_answers(stores: TableResult) -> None:
    assert len(predict_rows(stores, stores.model.forecast(1).head(0))) == 0


def test_a_method_that_is_held_can_be_asked_alone(stores: TableResult) -> None:
    asked = stores.model.forecast(7)
    naive = predict_rows(stores, asked, "seasonal_naive")
    newest = panel(3).sort_values(["store", "date"]).groupby("store").tail(7)["sales"]
    assert naive["prediction"].tolist() == newest.tolist()
    with pytest.raises(InvalidParameterError, match=r"prophet.*seasonal_naive, theta"):
        predict_rows(stores, asked, "prophet")


REFUSED = {
    "a time of the history": ({"date": ["2024-01-05"]}, "not ahead.*store 1.*2024-03-31"),
    "a time too far": ({"date": ["2030-01-05"]}, "not ahead.*accepted are times from"),
    "no time": ({"date": ["soon"]}, "'soon' in row 1, which is no time"),
    "an unknown series": ({"store": ["store 9"]}, "'store 9', a series.*store 0, store 1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_rows_that_cannot_be_answered_are_named(stores: TableResult, case: str) -> None:
    wrong, words = REFUSED[case]
    row = {"store": ["store 1"], "date": ["2024-04-02"], **wrong}
    with pytest.raises(WrongColumnsError, match=words):
        predict_rows(stores, pd.DataFrame(row))


def test_missing_columns_are_named(stores: TableResult) -> None:
    with pytest.raises(InvalidDataError, match="'store'"):
        predict_rows(stores, pd.DataFrame({"date": ["2024-04-02"]}))


def test_days_that_are_always_closed_are_no_periods() -> None:
    open_days = daily(100)
    open_days = open_days[open_days["date"].dt.day_of_week != 6]
    result = forecast(open_days, "sales")
    assert (result.model.forecast()["date"].dt.day_of_week != 6).all()
    sunday = pd.DataFrame({"date": ["2024-04-14"]})
    with pytest.raises(WrongColumnsError, match=r"is no period.*6 days a week"):
        predict_rows(result, sunday)


def test_quantiles_of_the_horizon_lie_around_the_forecast() -> None:
    frame = seasonal(pd.date_range("2023-01-01", periods=150), 7, level=0.0)
    model = forecast(frame).model
    levels = (0.025, 0.05, 0.5, 0.95, 0.975)
    told = model.quantiles(levels)
    ahead = model.forecast()
    pd.testing.assert_series_equal(told["time"], ahead["time"])
    assert (np.diff(told[list(map(str, levels))].to_numpy(), axis=1) >= 0).all()
    np.testing.assert_allclose(
        np.minimum(told["0.05"], ahead["prediction"]), ahead["lower"], rtol=1e-9, atol=1e-6
    )
    assert (told["0.025"] < 0).any()


def test_a_level_that_is_no_probability_is_refused() -> None:
    model = forecast(daily(60), "sales").model
    with pytest.raises(InvalidParameterError, match=r"1\.5.*above 0 and below 1"):
        model.quantiles((0.5, 1.5))
