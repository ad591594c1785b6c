"""Closures are no zeros, events teach what their name does, holidays move and differ by region."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InsufficientDataError, InvalidParameterError
from pipeline.forecast.calendar.holiday_calendar import holiday_calendar
from pipeline.forecast.calendar.occasions import Closure, Event, Holiday
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.result import ForecastResult
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast
from tests.pipeline.forecast.series import daily_sales

DAYS = 300
FIRST = date(2024, 1, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def trained(sales: pd.DataFrame, **settings_: object) -> ForecastResult:
    spec = ForecastSpec(**({"algorithm": "poisson", "horizon_days": 30} | settings_))  # type: ignore[arg-type]  # of tests
    return train_forecast(sales, spec)


@settings(max_examples=15)
@given(start=st.integers(0, 25), length=st.integers(1, 8))
def test_nothing_is_forecast_for_closed_days(start: int, length: int) -> None:
    closure = Closure(day(DAYS + start), day(DAYS + start + length - 1))

    forecast = trained(daily_sales(DAYS), closures=(closure,)).forecast

    closed = forecast["ds"].dt.date.between(closure.first, closure.last)
    bounds = forecast[["yhat", "yhat_lower", "yhat_upper"]]
    assert closed.sum() == min(length, 30 - start)
    assert (bounds[closed] == 0).all().all()
    assert (bounds.loc[~closed, "yhat"] > 5).all()


@settings(max_examples=15)
@given(start=st.integers(30, DAYS - 20), length=st.integers(1, 14))
def test_closed_days_teach_nothing(start: int, length: int) -> None:
    sales = daily_sales(DAYS)
    closed = sales["ds"].dt.date.between(day(start), day(start + length - 1))
    shut = sales[~closed]
    unknown = sales.assign(quantity=sales["quantity"].mask(closed))

    as_closed = trained(shut, closures=(Closure(day(start), day(start + length - 1)),))
    as_unknown = trained(unknown)

    columns = ["yhat", "yhat_lower", "yhat_upper"]
    assert as_closed.forecast[columns].to_numpy() == pytest.approx(
        as_unknown.forecast[columns].to_numpy()
    )
    assert as_closed.metrics == as_unknown.metrics
    assert any("The shop was closed" in note for note in as_closed.notes)
    assert not any("Nothing was recorded" in note for note in as_closed.notes)


def test_a_week_is_closed_only_if_all_of_it_is() -> None:
    weekly = pd.DataFrame(
        {"ds": pd.date_range("2024-01-01", periods=60, freq="7D"), "quantity": 70.0}
    )
    first = date(2024, 1, 8)
    partly = ForecastSpec(closures=(Closure(first, first + timedelta(days=5)),))
    wholly = ForecastSpec(closures=(Closure(first, first + timedelta(days=6)),))

    assert np.isnan(prepare(validate(weekly), partly).history.actual).sum() == 0
    assert np.isnan(prepare(validate(weekly), wholly).history.actual).sum() == 1


def test_a_shop_that_was_always_closed_has_too_little_data() -> None:
    with pytest.raises(InsufficientDataError, match="outside closures"):
        trained(daily_sales(60), closures=(Closure(day(0), day(59)),))


@pytest.mark.parametrize("algorithm", ["poisson", "prophet"])
def test_an_event_teaches_what_the_next_one_does(algorithm: str) -> None:
    sales = daily_sales(DAYS)
    fairs = [40, 90, 140, 190, 240, DAYS + 10]
    is_fair = sales["ds"].dt.date.isin([day(number) for number in fairs])
    sales["quantity"] = sales["quantity"].where(~is_fair, 5 * sales["quantity"])
    events = tuple(Event("Fair", day(number), day(number)) for number in fairs)

    plain = trained(sales, algorithm=algorithm).forecast["yhat"].to_numpy()
    result = trained(sales, algorithm=algorithm, events=events)
    with_fair = result.forecast["yhat"].to_numpy()

    assert with_fair[10] > 2 * plain[10]
    assert with_fair[11] < 1.5 * plain[11]
    assert "event: Fair" in result.features


def test_an_event_that_never_happened_before_changes_nothing() -> None:
    sales = daily_sales(DAYS)
    first_fair = Event("First fair", day(DAYS + 3), day(DAYS + 4))

    pd.testing.assert_frame_equal(
        trained(sales).forecast, trained(sales, events=(first_fair,)).forecast
    )


def test_holidays_from_elsewhere_replace_those_of_the_country() -> None:
    sales = daily_sales(DAYS)
    given_days = (Holiday(day(DAYS + 5), "Town day"), Holiday(day(100), "Town day"))

    result = trained(sales, holidays=given_days, country="XX")

    assert len(result.forecast) == 30


@pytest.mark.parametrize(
    ("year", "good_friday"), [(2024, "2024-03-29"), (2025, "2025-04-18"), (2026, "2026-04-03")]
)
def test_moving_feasts_move(year: int, good_friday: str) -> None:
    spain = holiday_calendar("ES", None, year, year)

    assert spain.contains(pd.DatetimeIndex([good_friday])).all()


def test_a_subdivision_has_holidays_of_its_own() -> None:
    madrid_day = pd.DatetimeIndex(["2025-05-02"])

    assert holiday_calendar("ES", "MD", 2025, 2025).contains(madrid_day).all()
    assert not holiday_calendar("ES", None, 2025, 2025).contains(madrid_day).any()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Closure(day(5), day(4)),
        lambda: Event("Long", day(0), day(366)),
        lambda: ForecastSpec(closures=(Closure(day(0), day(0)),) * 2001),
    ],
    ids=["reversed", "too long", "too many"],
)
def test_impossible_occasions_are_refused(wrong: object) -> None:
    with pytest.raises(InvalidParameterError, match="accepted"):
        wrong()  # type: ignore[operator]  # each is a function
