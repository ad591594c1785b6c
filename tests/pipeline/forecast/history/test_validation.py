"""Histories that cannot become a forecast, and what their errors say."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import InsufficientDataError, InvalidDataError, InvalidParameterError
from pipeline.forecast.history.digest import digest
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.spec import ForecastSpec
from tests.pipeline.forecast.series import daily_sales, history_of


@pytest.mark.parametrize("days", [1, 15, 29])
def test_too_few_days_are_refused_in_the_words_of_the_document(days: int) -> None:
    message = f"Product requires minimum 30 days of sales data. Currently: {days} day"

    with pytest.raises(InsufficientDataError, match=message) as refused:
        prepare(validate(daily_sales(days)), ForecastSpec())
    assert refused.value.recommended_action == "Collect more sales data before retraining"


def test_thirty_days_are_enough() -> None:
    assert len(history_of(daily_sales(30))) == 30


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quantity": -1.0}, "quantity is negative in 40 rows"),
        ({"quantity": np.inf}, "infinite"),
        ({"quantity": np.nan}, "quantity is missing in all 40 rows"),
        ({"quantity": "many"}, "not numbers, the first is 'many'"),
        ({"price": "cheap"}, "Column price has 40 values that are not numbers"),
        ({"ds": "someday"}, "not dates, the first is 'someday'"),
        ({"ds": 7}, "Column ds has numbers"),
        ({"ds": pd.Timestamp("2024-01-01")}, "39 repeated time stamps"),
        ({"ds": pd.Timestamp("1024-01-01")}, "accepted are the years"),
        ({"ds": pd.Timestamp("2024-01-01", tz="UTC")}, "has a time zone"),
    ],
)
def test_bad_values_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidDataError, match=message):
        validate(daily_sales(40).assign(**change))


def test_a_missing_column_is_named_with_those_there_are() -> None:
    with pytest.raises(InvalidDataError, match="Column quantity is missing; the history has ds, n"):
        validate(daily_sales(40).rename(columns={"quantity": "n"}))


def test_a_repeated_column_is_named() -> None:
    frame = daily_sales(40)

    with pytest.raises(InvalidDataError, match="ds appears more than once"):
        validate(pd.concat([frame, frame[["ds"]]], axis=1))


def test_no_rows_are_too_few() -> None:
    with pytest.raises(InsufficientDataError, match="no rows"):
        validate(daily_sales(0))


def test_rows_finer_than_an_hour_are_refused() -> None:
    ds = pd.date_range("2024-01-01", periods=5000, freq="15min")

    with pytest.raises(InvalidDataError, match="hourly to monthly"):
        history_of(pd.DataFrame({"ds": ds, "quantity": 1.0}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"horizon_days": 0},
        {"interval_width": 1.0},
        {"min_training_days": 1},
        {"changepoint_prior_scale": 0.0},
        {"algorithm": "oracle"},
        {"country": "XX"},
        {"country": "FR", "subdivision": "ZZZ"},
        {"seed": -1},
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_accepted(wrong: dict[str, Any]) -> None:
    name = list(wrong)[-1]

    with pytest.raises(InvalidParameterError, match=rf"{name}.*accepted"):
        ForecastSpec(**wrong)


def test_no_row_is_nothing_sold_and_no_quantity_is_not_known() -> None:
    frame = daily_sales(40)
    frame.loc[10, "quantity"] = np.nan

    history = history_of(frame.drop(index=20), ForecastSpec(zeros_are_real=True))

    assert history.actual[20] == 0
    assert np.isnan(history.actual[10])
    assert np.isfinite(history.filled).all()


def test_a_product_that_stopped_selling_is_known_to_have_sold_nothing() -> None:
    prepared = prepare(validate(daily_sales(40)), ForecastSpec(), pd.Timestamp("2024-02-14 18:00"))

    assert len(prepared.history) == 45
    assert (prepared.history.actual[40:] == 0).all()
    assert prepared.future["ds"].iloc[0] == pd.Timestamp("2024-02-15")


def test_the_digest_tells_data_apart_and_ignores_order() -> None:
    frame = daily_sales(40)
    shuffled = frame.sample(frac=1, random_state=1)[["quantity", "ds"]]
    changed = frame.assign(quantity=frame["quantity"] + 1)

    assert digest(validate(frame)) == digest(validate(shuffled))
    assert digest(validate(frame)) != digest(validate(changed))
