"""One suite over every candidate."""

import pickle

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidates.candidate import FitContext, fit_candidate, predict
from pipeline.forecast.candidates.known import BASELINE, CANDIDATES
from pipeline.forecast.history.prepared import Prepared
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.shared import fit_shared
from pipeline.forecast.spec import ALGORITHMS, ForecastSpec
from tests.pipeline.forecast.series import context_of, daily_sales

DAYS = 200
RARE = ("croston_tsb", "adida")


def sold(name: str, scale: float = 1.0) -> pd.DataFrame:
    """Sales of the kind that the candidate is made for: none on some days, or lumps on others."""
    frame = daily_sales(DAYS + 90)
    frame["temperature"] = np.arange(len(frame)) % 13
    frame["quantity"] *= scale
    if name == "autoregression":
        frame["ds"] = pd.date_range("2024-01-01", periods=len(frame), freq="12h")
    if name in RARE:
        frame.loc[np.arange(len(frame)) % 5 < 2, "quantity"] = 0.0
    if name == "seasonal_median":
        frame.loc[np.arange(len(frame)) % 5 == 0, "quantity"] *= 3.0
    frame.loc[DAYS:, "quantity"] = np.nan
    return frame


def prepared(name: str, scale: float = 1.0) -> Prepared:
    return prepare(validate(sold(name, scale)), ForecastSpec(zeros_are_real=True))


@pytest.fixture(scope="module")
def context() -> FitContext:
    """With what the products of a shop have in common, learned before the newest sales."""
    older = sold("pooled").iloc[: DAYS - 5]
    shop = {f"product {number}": (None, older) for number in range(4)}
    return context_of(shared=fit_shared(shop, ForecastSpec()))


@pytest.mark.parametrize("name", CANDIDATES)
def test_a_candidate_is_repeatable_pickles_and_forecasts_like_its_history(
    name: str, context: FitContext
) -> None:
    made, candidate = prepared(name), CANDIDATES[name]
    assert candidate.is_applicable(made.history, context)

    model = fit_candidate(candidate, made.history, context)
    values = predict(model, made.future)

    assert values.shape == (len(made.future),)
    assert (values >= 0).all()
    assert 10 < values.mean() < 50
    assert np.array_equal(values, predict(pickle.loads(pickle.dumps(model)), made.future))
    again = fit_candidate(candidate, prepared(name).history, context)
    assert np.array_equal(values, predict(again, made.future))


@pytest.mark.parametrize("name", CANDIDATES)
def test_ten_times_the_sales_are_ten_times_the_forecast(name: str, context: FitContext) -> None:
    small, large = prepared(name), prepared(name, scale=10)

    values = predict(fit_candidate(CANDIDATES[name], small.history, context), small.future)
    tenfold = predict(fit_candidate(CANDIDATES[name], large.history, context), large.future)

    assert tenfold == pytest.approx(10 * values, rel=0.05)


@pytest.mark.parametrize("name", [name for name in CANDIDATES if name != "poisson"])
def test_nothing_sold_forecasts_nothing(name: str, context: FitContext) -> None:
    """Poisson regression does not apply without sales, nor do the boosted trees of one product."""
    made = prepared(name, scale=0)
    if not CANDIDATES[name].is_applicable(made.history, context):
        assert name == "gradient_boosting"
        return

    model = fit_candidate(CANDIDATES[name], made.history, context)

    assert predict(model, made.future) == pytest.approx(np.zeros(len(made.future)), abs=1e-9)


def test_the_settings_name_every_candidate() -> None:
    assert set(ALGORITHMS) >= set(CANDIDATES)


def test_known_values_of_the_simple_candidates(context: FitContext) -> None:
    made = prepared(BASELINE)
    last_week = made.history.actual[-7:]

    naive = fit_candidate(CANDIDATES["seasonal_naive"], made.history, context)
    mean = fit_candidate(CANDIDATES["seasonal_mean"], made.history, context)

    assert np.array_equal(predict(naive, made.future)[:14], np.tile(last_week, 2))
    assert predict(mean, made.future)[0] == pytest.approx(made.history.actual[-7:-57:-7].mean())


def test_the_median_is_for_products_that_sell_in_lumps(context: FitContext) -> None:
    even, lumpy = prepared(BASELINE).history, prepared("seasonal_median").history
    median = CANDIDATES["seasonal_median"]

    assert not median.is_applicable(even, context)
    assert median.is_applicable(lumpy, context)


def test_weeks_that_peak_once_a_year_are_no_lumps(context: FitContext) -> None:
    ds = pd.date_range("2024-01-01", periods=100, freq="W-SUN")
    quantity = np.where(np.arange(len(ds)) % 52 >= 45, 400.0, 100.0)
    weeks = prepare(validate(pd.DataFrame({"ds": ds, "quantity": quantity})), ForecastSpec())

    assert not CANDIDATES["seasonal_median"].is_applicable(weeks.history, context)


def test_what_sells_now_and_then_is_not_forecast_to_sell_nothing(context: FitContext) -> None:
    frame = sold(BASELINE)
    frame.loc[np.arange(len(frame)) % 10 > 0, "quantity"] = 0.0
    frame.loc[DAYS:, "quantity"] = np.nan
    made = prepare(validate(frame), ForecastSpec(zeros_are_real=True))

    values = predict(
        fit_candidate(CANDIDATES["seasonal_median"], made.history, context), made.future
    )

    newest = made.history.actual[-26 * 7 :]
    assert 0 < values.mean() < newest.mean() / 3


def test_a_few_large_orders_hardly_move_what_is_usual(context: FitContext) -> None:
    frame = sold(BASELINE)
    bulk = frame.copy()
    bulk.loc[[150, 165, 180, 195], "quantity"] *= 20
    settings = ForecastSpec(zeros_are_real=True)
    histories = [prepare(validate(one), settings) for one in (frame, bulk)]

    def moved_by(name: str) -> float:
        without, with_bulk = (
            predict(fit_candidate(CANDIDATES[name], one.history, context), one.future)
            for one in histories
        )
        return float((with_bulk - without).mean())

    assert moved_by("seasonal_median") < moved_by("seasonal_mean") / 5
