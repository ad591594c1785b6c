"""Regular closures are told from the days without a sale that every rare product has."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.closed_times import ClosedTimes, closed_slots
from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.history.prepared import Prepared
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.spec import ForecastSpec
from tests.pipeline.forecast.series import daily_sales

SUNDAY = 6
OPEN_HOURS = range(8, 20)


def prepared(frame: pd.DataFrame, spec: ForecastSpec | None = None) -> Prepared:
    return prepare(validate(frame), spec or ForecastSpec())


def never_on_sundays(days: int, *, start: str = "2024-01-01") -> pd.DataFrame:
    frame = daily_sales(days, start=start)
    return frame.assign(quantity=frame["quantity"].where(frame["ds"].dt.day_of_week != SUNDAY, 0.0))


def rarely_sold(days: int, rate: float, seed: int) -> pd.DataFrame:
    frame = daily_sales(days)
    return frame.assign(quantity=np.random.default_rng(seed).poisson(rate, days).astype(float))


def test_a_weekday_that_never_sells_is_closed_and_not_learned_from() -> None:
    found = prepared(never_on_sundays(200))

    assert found.closed_times.slots == (SUNDAY,)
    is_sunday = found.history.ds.day_of_week == SUNDAY
    assert np.isnan(found.history.actual[is_sunday]).all()
    assert found.history.scored[~is_sunday].all()
    assert any("Sundays" in note for note in found.notes)


def test_absent_rows_of_closed_days_are_the_same_as_zeros() -> None:
    frame = never_on_sundays(200)

    found = prepared(frame[frame["quantity"] > 0])

    assert found.closed_times.slots == (SUNDAY,)


def test_several_closed_weekdays_are_found_together() -> None:
    frame = daily_sales(300)
    is_weekend = frame["ds"].dt.day_of_week >= 5

    assert prepared(
        frame.assign(quantity=frame["quantity"].where(~is_weekend, 0))
    ).closed_times.slots == (5, 6)


@pytest.mark.parametrize("rate", [0.05, 0.15, 0.5])
def test_rare_sales_close_no_weekday(rate: float) -> None:
    closed = [prepared(rarely_sold(365, rate, seed)).closed_times.slots for seed in range(20)]

    assert closed == [()] * 20


def test_a_weekday_opened_lately_is_open_and_its_old_zeros_are_not_learned() -> None:
    frame = never_on_sundays(300)
    lately = frame["ds"] >= frame["ds"].iloc[-60]
    frame["quantity"] = frame["quantity"].where(~lately, daily_sales(300)["quantity"])

    found = prepared(frame)

    assert found.closed_times.slots == ()
    is_sunday = found.history.ds.day_of_week == SUNDAY
    assert np.isnan(found.history.actual[:240][is_sunday[:240]]).all()
    assert (found.history.actual[241:][is_sunday[241:]] > 0).all()


def test_a_product_without_any_sale_for_weeks_does_not_close_the_whole_week() -> None:
    frame = daily_sales(200)
    frame.loc[150:, "quantity"] = 0.0

    assert prepared(frame).closed_times.slots == ()


def test_nights_of_hourly_sales_are_closed() -> None:
    ds = pd.date_range("2025-01-01", periods=24 * 7 * 26, freq="h")
    is_open = np.isin(ds.hour, OPEN_HOURS) & (ds.day_of_week < SUNDAY)
    quantity = np.random.default_rng(1).poisson(np.where(is_open, 6.0, 0.0)).astype(float)

    found = prepared(pd.DataFrame({"ds": ds, "quantity": quantity}))

    ahead = pd.DatetimeIndex(found.future["ds"])
    closed = found.closed_times.at(ahead, found.history.frequency)
    assert (closed == ~(np.isin(ahead.hour, OPEN_HOURS) & (ahead.day_of_week < SUNDAY))).all()


@pytest.mark.parametrize("open_hours", [range(8, 17), range(6, 12)])
def test_closed_hours_are_found_in_weeks_where_most_hours_are_closed(open_hours: range) -> None:
    ds = pd.date_range("2026-01-05", periods=10 * 168, freq="h")
    is_open = np.isin(ds.hour, open_hours)
    quantity = np.random.default_rng(2).poisson(np.where(is_open, 6.0, 0.0)).astype(float)

    found = prepared(pd.DataFrame({"ds": ds, "quantity": quantity}))

    assert {slot % 24 for slot in found.closed_times.slots} == {*range(24)} - {*open_hours}
    assert len(found.closed_times.slots) == 7 * (24 - len(open_hours))


def test_four_closed_days_do_not_close_their_hours() -> None:
    ds = pd.date_range("2026-01-05", periods=10 * 168, freq="h")
    quantity = np.random.default_rng(2).poisson(6.0, len(ds)).astype(float) + 1.0
    quantity[-4 * 24 :] = 0.0

    found = prepared(pd.DataFrame({"ds": ds, "quantity": quantity}))

    assert found.closed_times.slots == ()


def test_a_holiday_without_sales_will_be_closed_again_and_one_with_sales_not() -> None:
    frame = daily_sales(740)
    christmas = (frame["ds"].dt.month == 12) & (frame["ds"].dt.day == 25)
    frame.loc[christmas, "quantity"] = 0.0

    found = prepared(frame, ForecastSpec(horizon_days=365))

    assert found.closed_times.days == (date(2026, 12, 25),)
    assert np.isnan(found.history.actual[christmas.to_numpy()]).all()


def test_a_holiday_on_which_the_whole_shop_was_closed_will_be_closed_again() -> None:
    """Once is enough, even for a product that sells on every third day only, and whatever the shop
    did on other days without a sale."""
    frame = daily_sales(400, start="2024-02-01")
    frame.loc[frame.index % 3 > 0, "quantity"] = 0.0
    spec = ForecastSpec(horizon_days=365)
    christmas, inventory = pd.Timestamp("2024-12-25"), pd.Timestamp("2024-06-12")
    frame.loc[frame["ds"].isin([christmas, inventory]), "quantity"] = 0.0
    whole_shop = np.array([inventory, christmas], dtype="datetime64[D]")

    alone = prepare(validate(frame), spec)
    in_shop = prepare(validate(frame), spec, shop_closed=whole_shop)

    assert alone.closed_times.days == ()
    assert in_shop.closed_times.days == (date(2025, 12, 25),)
    opened = frame.assign(quantity=frame["quantity"].where(frame["ds"] != christmas, 5.0))
    assert prepare(validate(opened), spec, shop_closed=whole_shop).closed_times.days == ()


def days_of(ds: pd.Series) -> np.ndarray:
    return ds.to_numpy().astype("datetime64[D]")


def test_the_holidays_of_a_shop_come_again_after_two_years_on_the_same_dates() -> None:
    """One year might be a renovation, and a column that says open knows better."""
    frame = daily_sales(1010, start="2023-01-01")
    first_half = (frame["ds"].dt.month == 8) & (frame["ds"].dt.day <= 14)
    frame.loc[first_half, "quantity"] = 0.0
    whole_shop = days_of(frame.loc[first_half & (frame["ds"] < "2025"), "ds"])
    known, spec = frame[frame["ds"] < "2025-07-25"], ForecastSpec(horizon_days=60)

    found = prepare(validate(known), spec, shop_closed=whole_shop)

    assert found.closed_times.days == tuple(date(2025, 8, day) for day in range(1, 15))
    since_2024 = known[known["ds"] >= "2024"]
    assert prepare(validate(since_2024), spec, shop_closed=whole_shop).closed_times.days == ()
    told = frame.assign(open=np.where(first_half & (frame["ds"] < "2025"), 0.0, 1.0))
    told.loc[told["ds"] >= "2025-07-25", "quantity"] = np.nan
    assert prepare(validate(told), spec, shop_closed=whole_shop).closed_times.days == ()


def test_two_closed_weekdays_side_by_side_close_no_date() -> None:
    """Of a date that was a Sunday, then a Monday, the third year has a Tuesday."""
    frame = never_on_sundays(1000, start="2022-08-01")
    frame.loc[frame["ds"].dt.day_of_week == 0, "quantity"] = 0.0
    shop_closed = days_of(frame.loc[frame["ds"].dt.day_of_week.isin([0, SUNDAY]), "ds"])

    found = prepare(validate(frame), ForecastSpec(horizon_days=300), shop_closed=shop_closed)

    assert found.closed_times == ClosedTimes(slots=(0, SUNDAY))


def test_hours_of_a_holiday_without_sales_will_be_closed_again() -> None:
    ds = pd.date_range("2023-11-01", "2024-12-23 23:00", freq="h")
    is_open = np.isin(ds.hour, OPEN_HOURS) & (ds.strftime("%m-%d") != "12-25")
    quantity = np.random.default_rng(2).poisson(np.where(is_open, 6.0, 0.0)).astype(float)
    frame, spec = pd.DataFrame({"ds": ds, "quantity": quantity}), ForecastSpec(horizon_days=4)

    in_shop = prepare(
        validate(frame), spec, shop_closed=np.array(["2023-12-25"], dtype="datetime64[D]")
    )

    closed = in_shop.closed_times.at(pd.DatetimeIndex(in_shop.future["ds"]), Frequency(Unit.HOUR))
    assert in_shop.closed_times.days == (date(2024, 12, 25),)
    assert closed.reshape(4, 24).sum(axis=1).tolist() == [12, 24, 12, 12]
    assert np.isnan(in_shop.history.actual[in_shop.history.ds.strftime("%m-%d") == "12-25"]).all()


def test_a_holiday_on_a_weekday_that_is_always_closed_says_nothing_of_the_next_one() -> None:
    frame = never_on_sundays(300, start="2022-08-01")
    sundays = frame.loc[frame["ds"].dt.day_of_week == SUNDAY, "ds"]
    shop_closed = days_of(sundays)

    found = prepare(validate(frame), ForecastSpec(horizon_days=300), shop_closed=shop_closed)

    assert pd.Timestamp("2022-12-25") in set(sundays)
    assert found.closed_times.slots == (SUNDAY,)
    assert found.closed_times.days == ()


def test_a_shop_closed_on_every_holiday_closes_on_those_never_seen() -> None:
    frame = daily_sales(300, start="2024-02-01")
    spec = ForecastSpec(country="DE", horizon_days=120)
    found = prepared(frame, spec)
    assert found.closed_times.days == ()
    german = ["2024-03-29", "2024-04-01", "2024-05-01", "2024-05-09", "2024-05-20", "2024-10-03"]
    frame.loc[frame["ds"].isin(pd.to_datetime(german)), "quantity"] = 0.0

    closed = prepared(frame, spec).closed_times.days

    assert date(2025, 1, 1) in closed


def test_zeros_that_are_stated_to_be_real_stay() -> None:
    found = prepared(never_on_sundays(200), ForecastSpec(zeros_are_real=True))

    assert found.closed_times == ClosedTimes()
    assert found.history.scored.all()


def test_a_weekday_on_which_the_whole_shop_is_closed_is_closed_for_rare_products() -> None:
    values = np.zeros(70)
    values[::10] = 1.0
    slots = np.arange(70) % 7
    values[slots == SUNDAY] = 0.0

    assert closed_slots(values, slots, np.zeros(70, dtype=bool))[0] == ()
    assert closed_slots(values, slots, slots == SUNDAY)[0] == (SUNDAY,)


def test_weeks_and_months_have_no_closed_times() -> None:
    monday = pd.DatetimeIndex(["2025-01-06"])

    assert not ClosedTimes(slots=(0,)).at(monday, Frequency(Unit.WEEK)).any()
    assert ClosedTimes(has_ended=True).at(monday, Frequency(Unit.WEEK)).all()
