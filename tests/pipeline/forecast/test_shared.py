"""What products of a shop have in common."""

import pickle
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.occasions import Closure
from pipeline.forecast.candidates.shared_model import has_unseen_profile
from pipeline.forecast.shared import NEUTRAL, UNSEEN_DAYS, Factors, SharedProfile, fit_shared
from pipeline.forecast.spec import BUDGETS, ForecastSpec
from pipeline.forecast.train import train_forecast
from pipeline.progress import Progress
from tests.pipeline.forecast.series import context_of, daily_sales, history_of

SPEC = ForecastSpec()


def shop(products: int = 10) -> dict[str, tuple[str | None, pd.DataFrame]]:
    return {f"p{n}": ("bread", daily_sales(300, seed=n)) for n in range(products)}


def test_the_profile_finds_the_weekend() -> None:
    factors = fit_shared(shop(), SPEC).factors("bread")

    assert factors.weekdays.mean() == pytest.approx(1)
    assert factors.weekdays[5:] == pytest.approx(2 * factors.weekdays[:5].mean(), rel=0.2)


def test_an_unknown_category_has_the_profile_of_the_shop() -> None:
    profile = fit_shared(shop(), SPEC)

    assert profile.factors("cake") is profile.shop
    assert profile.factors(None) is profile.shop


def test_categories_that_differ_have_weekdays_of_their_own() -> None:
    histories = shop(3)
    for number in range(3):
        moved = daily_sales(300, seed=50 + number)
        moved["quantity"] = np.roll(moved["quantity"], -3)
        histories[f"q{number}"] = ("cake", moved)

    profile = fit_shared(histories, SPEC)

    assert set(profile.factors("bread").weekdays.argsort()[-2:]) == {5, 6}
    assert set(profile.factors("cake").weekdays.argsort()[-2:]) == {2, 3}
    assert profile.factors("cake").weekdays.max() == pytest.approx(40 / 25.7, rel=0.1)


def test_months_pass_into_each_other() -> None:
    months = np.ones(12)
    months[0] = 2.0
    factors = Factors(np.ones(7), months)

    found = factors.at(pd.DatetimeIndex(["2024-01-16 12:00", "2024-01-31", "2024-02-15"]))

    assert found == pytest.approx([2.0, 1.5, 1.0], abs=0.03)
    assert factors.at(pd.DatetimeIndex(["2023-12-31"])) == pytest.approx(1.5, abs=0.03)


def test_trees_are_grown_only_where_they_are_wanted() -> None:
    with_trees, without = (fit_shared(shop(), SPEC, with_trees=wanted) for wanted in (True, False))

    assert with_trees.pooled is not None
    assert without.pooled is None
    assert without.fitted_until == with_trees.fitted_until
    assert np.array_equal(without.shop.weekdays, with_trees.shop.weekdays)


def test_the_newest_rows_do_not_change_the_profile() -> None:
    histories = shop(3)
    changed = {key: (category, frame.copy()) for key, (category, frame) in histories.items()}
    for _, frame in changed.values():
        frame.loc[300 - UNSEEN_DAYS :, "quantity"] = 999.0

    assert np.array_equal(
        fit_shared(histories, SPEC).shop.weekdays, fit_shared(changed, SPEC).shop.weekdays
    )


def test_a_profile_is_not_tested_on_what_it_has_seen() -> None:
    context = context_of(shared=fit_shared(shop(), SPEC))
    history = history_of(daily_sales(300))

    assert not has_unseen_profile(history.head(300 - UNSEEN_DAYS - 1), context)
    assert has_unseen_profile(history.head(300 - UNSEEN_DAYS), context)


@pytest.mark.parametrize("budget", BUDGETS)
def test_what_sold_for_a_year_borrows_no_rhythm_unless_it_is_asked_to(budget: str) -> None:
    shared = SharedProfile(shop=NEUTRAL, fitted_until=pd.Timestamp("2024-01-01"))
    young, old = (history_of(daily_sales(days)) for days in (364, 366))
    choosing = context_of(ForecastSpec(budget=budget), shared)
    asked = context_of(ForecastSpec(budget=budget, algorithm="shared_profile"), shared)

    assert has_unseen_profile(young, choosing)
    assert not has_unseen_profile(old, choosing)
    assert has_unseen_profile(old, asked)


def test_days_in_closures_tell_nothing() -> None:
    first = date(2024, 1, 1)  # a Monday
    mondays = tuple(
        Closure(day, day) for day in (first + timedelta(weeks=week) for week in range(0, 40, 2))
    )
    sold_nothing = shop(3)
    for _, frame in sold_nothing.values():
        frame.loc[frame["ds"].dt.date.isin([one.first for one in mondays]), "quantity"] = 0.0

    open_only = fit_shared(sold_nothing, ForecastSpec(closures=mondays)).shop.weekdays
    as_zeros = fit_shared(sold_nothing, SPEC).shop.weekdays

    assert open_only[0] == pytest.approx(open_only[1], rel=0.1)
    assert as_zeros[0] < 0.8 * as_zeros[1]


def test_a_month_that_is_always_closed_is_like_the_others() -> None:
    histories = {"p": (None, daily_sales(800))}
    for _, frame in histories.values():
        frame.loc[frame["ds"].dt.month == 8, "quantity"] = 0.0
    august = tuple(Closure(date(year, 8, 1), date(year, 8, 31)) for year in (2024, 2025))

    months = fit_shared(histories, ForecastSpec(closures=august)).shop.months

    assert months[7] == pytest.approx(1, abs=0.1)


def test_nothing_to_learn_from_is_a_neutral_profile() -> None:
    profile = fit_shared({"new": (None, daily_sales(5)), "none": (None, daily_sales(0))}, SPEC)

    assert (profile.shop.weekdays == 1).all()
    assert profile.observed_until == pd.Timestamp("2024-01-05")


def test_a_young_product_can_use_the_profile() -> None:
    shared = pickle.loads(pickle.dumps(fit_shared(shop(), SPEC)))
    young = daily_sales(300, seed=99).tail(40)

    made = train_forecast(
        young, ForecastSpec(algorithm="shared_profile"), category="bread", shared=shared
    )

    weekend = made.forecast["ds"].dt.day_of_week >= 5
    assert made.algorithm == "shared_profile"
    assert made.forecast["yhat"][weekend].mean() > 1.5 * made.forecast["yhat"][~weekend].mean()


def test_a_product_of_the_shop_sold_nothing_since_its_last_row() -> None:
    shared = fit_shared(shop(), SPEC)

    made = train_forecast(daily_sales(200), ForecastSpec(algorithm="drift"), shared=shared)

    assert made.training_data_points == 300
    assert made.forecast["yhat"].max() == 0


def test_one_mistyped_date_does_not_end_the_other_products() -> None:
    histories = shop(3)
    histories["typo"] = ("bread", daily_sales(60, start="2062-01-01"))

    assert fit_shared(histories, SPEC).observed_until == pd.Timestamp("2024-10-26")


def test_progress_is_told() -> None:
    seen: list[Progress] = []

    fit_shared(shop(60), SPEC, on_progress=seen.append)

    shares = [step.percentage for step in seen]
    assert {step.phase for step in seen} == {"shared_profile"}
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] > 90
