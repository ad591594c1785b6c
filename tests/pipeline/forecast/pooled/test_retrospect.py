"""One view of a product's past for all of its tests: the same forecasts, nothing seen too early."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.holiday_calendar import holiday_calendar
from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.history.prepared import History, Prepared
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.periods import PlainPeriods
from pipeline.forecast.pooled.candidates import fit_pooled
from pipeline.forecast.pooled.retrospect import Retrospect
from pipeline.forecast.pooled.series import recent, series_of
from pipeline.forecast.shared import fit_shared
from pipeline.forecast.spec import ForecastSpec
from tests.pipeline.forecast.pooled.shops import shop

SPEC = ForecastSpec(horizon_days=28)


@pytest.fixture(scope="module")
def context() -> FitContext:
    holidays = holiday_calendar("ES", None, 2023, 2024)
    return FitContext(
        spec=SPEC, holidays=holidays, category="bread", shared=fit_shared(shop(), SPEC)
    )


@pytest.fixture(scope="module")
def product() -> Prepared:
    return prepare(validate(shop()["p0"][1]), SPEC)


def retrospect(product: Prepared) -> Retrospect:
    return Retrospect(product.history, product.future)


def at(history: History, origin: int) -> tuple[History, PlainPeriods]:
    return history.head(origin), history.ahead(origin, origin + 28)


@pytest.mark.parametrize("rows_before_end", [28, 56, 84])
def test_a_test_forecasts_the_same_with_it_as_without(
    product: Prepared, context: FitContext, rows_before_end: int
) -> None:
    past, ahead = at(product.history, len(product.history) - rows_before_end)
    looking_back = retrospect(product)
    assert looking_back.tells(recent(series_of(past)), ahead)

    alone = fit_pooled(past, context).predict(ahead)
    together = fit_pooled(past, replace(context, retrospect=looking_back)).predict(ahead)

    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize("times", [1, 20])
def test_tests_that_are_looked_at_together_forecast_as_each_alone(
    product: Prepared, context: FitContext, times: int
) -> None:
    rows = len(product.history)
    spans = [(rows - 28 * (1 + place % 3), rows - 28 * (place % 3)) for place in range(3 * times)]
    together = Retrospect(product.history, product.future, spans)

    for past, ahead in [at(product.history, origin) for origin, _ in spans[:3]]:
        alone = fit_pooled(past, context)
        made = fit_pooled(past, replace(context, retrospect=together))

        np.testing.assert_array_equal(made.predict(ahead), alone.predict(ahead))
        parts = made.components(ahead)
        for name, part in alone.components(ahead).items():
            np.testing.assert_array_equal(parts[name], part)


def test_a_test_of_fewer_periods_knows_no_covariates_beyond_them(
    product: Prepared, context: FitContext
) -> None:
    origin = len(product.history) - 56
    together = Retrospect(product.history, product.future, [(origin, origin + 28)])
    past, ahead = product.history.head(origin), product.history.ahead(origin, origin + 14)

    made = fit_pooled(past, replace(context, retrospect=together)).predict(ahead)

    np.testing.assert_array_equal(made, fit_pooled(past, context).predict(ahead))


def test_the_final_forecast_is_the_same_once_stored(product: Prepared, context: FitContext) -> None:
    model = fit_pooled(product.history, replace(context, retrospect=retrospect(product)))

    made = model.predict(product.future)

    stored = pickle.dumps(model)
    assert len(stored) == len(pickle.dumps(fit_pooled(product.history, context)))
    np.testing.assert_array_equal(pickle.loads(stored).predict(product.future), made)


def test_sales_that_were_learned_otherwise_are_another_past(
    product: Prepared, context: FitContext
) -> None:
    past, ahead = at(product.history, len(product.history) - 28)
    unlike = past.actual.copy()
    unlike[-3] *= 2.0
    past = past.with_values(unlike)
    looking_back = retrospect(product)

    assert not looking_back.tells(recent(series_of(past)), ahead)
    np.testing.assert_array_equal(
        fit_pooled(past, replace(context, retrospect=looking_back)).predict(ahead),
        fit_pooled(past, context).predict(ahead),
    )


def test_periods_that_are_told_otherwise_are_another_future(product: Prepared) -> None:
    past, ahead = at(product.history, len(product.history) - 28)
    told = {"promotion": 1.0 - ahead["promotion"].to_numpy()}

    otherwise = PlainPeriods(ahead.ds, ahead.steps, told)

    assert not retrospect(product).tells(recent(series_of(past)), otherwise)


def test_periods_beyond_what_is_known_are_another_future(product: Prepared) -> None:
    later = product.future.assign(step=product.future["step"] + 1)

    assert not retrospect(product).tells(recent(series_of(product.history)), later)


def test_a_shorter_past_than_its_own_is_another_past(product: Prepared) -> None:
    past, ahead = at(product.history, len(product.history) - 28)
    series = series_of(past)
    young = replace(
        series,
        stamps=series.stamps[30:],
        values=series.values[30:],
        prices=series.prices[30:],
        covariates={name: values[30:] for name, values in series.covariates.items()},
    )

    assert not retrospect(product).tells(young, ahead)


def test_a_past_that_ends_before_its_own_begins_is_another_past() -> None:
    months = pd.date_range("2000-01-01", periods=300, freq="MS")
    frame = pd.DataFrame({"ds": months, "quantity": 50.0 + np.arange(300) % 12})
    product = prepare(validate(frame), ForecastSpec(horizon_days=365))
    past = product.history.head(150)

    assert not retrospect(product).tells(recent(series_of(past)), product.history.ahead(150, 162))
