"""What the time of the month and a promotion's weekday do is found where it is there."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.calendar_effects import TIME_OF_MONTH
from pipeline.forecast.calendar.holiday_calendar import holiday_calendar
from pipeline.forecast.finished.drivers import drivers
from pipeline.forecast.history.prepared import History
from pipeline.forecast.selection.calendar_effects import calendar_effects
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast
from tests.pipeline.forecast.series import history_of

GERMANY = holiday_calendar("DE", None, 2021, 2025)
SPEC = ForecastSpec(country="DE", horizon_days=28)
DAYS = pd.date_range("2022-01-03", periods=900)  # from a Monday on


def sales(
    *,
    salary: float = 0.0,
    christmas: float = 0.0,
    by_weekday: float = 0.0,
    with_promotion: bool = False,
    seed: int = 0,
    days: int = 900,
) -> pd.DataFrame:
    """Sales of which days around the turn of a month bring ``salary`` more, those from the 20th of
    December on ``christmas``, and a promotion of every other week brings 0.3 more, on Mondays
    ``by_weekday`` above that and on Fridays as much below.
    """
    draw, ds = np.random.default_rng(seed), DAYS[:days]
    weekday, day = ds.day_of_week.to_numpy(), ds.day.to_numpy()
    to_turn = np.minimum(day - 1, ds.days_in_month.to_numpy() - day)
    promotion = ((np.arange(days) // 7 % 2 == 0) & (weekday < 5)).astype(float)
    level = (
        5.5
        + np.array([0.0, -0.05, -0.05, 0.0, 0.1, 0.2, -0.2])[weekday]
        + salary * (to_turn < 4)
        + christmas * ((ds.month.to_numpy() == 12) & (day >= 20))
        + 0.1 * np.sin(2 * np.pi * np.arange(days) / 365.25)
        + draw.normal(0, 0.08, days)
    )
    if with_promotion:
        level += promotion * (0.3 + by_weekday * np.array([1, 0.5, 0, -0.5, -1, 0, 0])[weekday])
    frame = pd.DataFrame({"ds": ds, "quantity": draw.poisson(np.exp(level)).astype(float)})
    return frame.assign(promotion=promotion) if with_promotion else frame


def with_days_ahead(frame: pd.DataFrame) -> pd.DataFrame:
    """The last 28 days have yet to come: their promotions alone are known."""
    quantity = frame["quantity"].where(frame.index < len(frame) - 28)
    return frame.assign(quantity=quantity)


def promoted(*, salary: float = 0.0, by_weekday: float, seed: int = 0) -> History:
    frame = sales(salary=salary, by_weekday=by_weekday, with_promotion=True, seed=seed)
    return history_of(with_days_ahead(frame), SPEC)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_found_where_there_is_nothing(seed: int) -> None:
    plain = sales(seed=seed)
    alike = with_days_ahead(sales(seed=seed, with_promotion=True))

    assert calendar_effects(history_of(plain, SPEC), GERMANY) is None
    assert calendar_effects(history_of(alike, SPEC), GERMANY) is None


@pytest.mark.parametrize("seed", range(3))
def test_the_turn_of_the_month_is_found(seed: int) -> None:
    found = calendar_effects(history_of(sales(salary=0.1, seed=seed), SPEC), GERMANY)

    assert found is not None
    assert found.names == (TIME_OF_MONTH,)
    june = found.columns(pd.date_range("2024-06-01", "2024-06-30"), {})[TIME_OF_MONTH]
    assert june[[0, 1, -2, -1]].mean() - june[8:22].mean() == pytest.approx(0.1, abs=0.03)


def test_what_each_december_brings_is_no_end_of_a_month() -> None:
    assert calendar_effects(history_of(sales(christmas=0.5), SPEC), GERMANY) is None


@pytest.mark.parametrize("seed", range(3))
def test_a_promotion_that_does_more_on_mondays_is_found(seed: int) -> None:
    found = calendar_effects(promoted(by_weekday=0.15, seed=seed), GERMANY)

    assert found is not None
    assert found.month == ()
    monday, *_, friday = found.weekdays["promotion"][:5]
    assert monday - friday == pytest.approx(0.3, abs=0.1)  # drawn to 0


def test_both_are_found_together() -> None:
    found = calendar_effects(promoted(by_weekday=0.15, salary=0.1), GERMANY)

    assert found is not None
    assert found.names == (TIME_OF_MONTH, "promotion by weekday")


def test_it_does_not_hang_on_the_unit_of_the_sales() -> None:
    history = history_of(sales(salary=0.1), SPEC)

    few = calendar_effects(history, GERMANY)
    many = calendar_effects(history.with_values(1000 * history.actual), GERMANY)

    assert few is not None
    assert many is not None
    assert many.month == pytest.approx(few.month)


def test_nothing_is_sought_where_little_is_known() -> None:
    frame = sales(salary=0.3, days=250)
    rare = sales(salary=0.3)
    rare["quantity"] *= np.random.default_rng(1).random(len(rare)) < 0.5
    weekly = replace(
        history_of(sales(salary=0.3), SPEC),
        frequency=history_of(frame.iloc[::7], SPEC).frequency,
    )

    assert calendar_effects(history_of(frame, SPEC), GERMANY) is None
    assert calendar_effects(history_of(rare, SPEC), GERMANY) is None
    assert calendar_effects(weekly, GERMANY) is None


def test_a_column_of_the_same_name_is_left_alone() -> None:
    frame = sales(salary=0.1)
    frame["time_of_month"] = np.random.default_rng(2).normal(size=len(frame))

    assert calendar_effects(history_of(with_days_ahead(frame), SPEC), GERMANY) is None


def test_forecasts_follow_what_was_found_and_tell_of_it() -> None:
    frame = sales(by_weekday=0.2, salary=0.12, with_promotion=True)
    made = train_forecast(with_days_ahead(frame), SPEC)

    model = pickle.loads(pickle.dumps(made.model))
    days_alone = model.ahead[["ds", "promotion"]]

    assert model.known == ("promotion",)
    assert {TIME_OF_MONTH, "promotion by weekday"} <= set(made.features)
    assert any("time of the month" in note for note in made.notes)
    assert any("What promotion does depends on the day" in note for note in made.notes)
    assert model.predict(days_alone).equals(made.forecast)
    expected = frame["quantity"].tail(28).to_numpy()
    off = np.abs(made.forecast["yhat"].to_numpy() - expected).sum() / expected.sum()
    assert off < 0.09

    parts = drivers(model, model.ahead)
    assert TIME_OF_MONTH in parts
    assert "promotion by weekday" not in parts
    assert np.sum(list(parts.values()), axis=0) == pytest.approx(made.forecast["yhat"].to_numpy())


def test_a_promotion_that_is_moved_is_forecast_at_its_new_weekday() -> None:
    frame = sales(by_weekday=0.25, with_promotion=True)
    model = train_forecast(with_days_ahead(frame), SPEC).model
    on = model.predict(model.ahead.assign(promotion=1.0))["yhat"].to_numpy()
    off = model.predict(model.ahead.assign(promotion=0.0))["yhat"].to_numpy()

    gain = pd.Series(on / off).groupby(model.ahead["ds"].dt.day_of_week.to_numpy()).mean()

    assert gain[0] > gain[4] + 0.2
