"""One suite over every candidate."""

import pickle

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidate import fit_candidate, predict
from pipeline.forecast.candidates import CANDIDATES
from pipeline.forecast.history import Prepared, prepare
from pipeline.forecast.shared import Factors, SharedProfile
from pipeline.forecast.spec import ALGORITHMS, ForecastSpec
from pipeline.forecast.validation import validate
from tests.pipeline.forecast.series import context_of, daily_sales

DAYS = 200
SHARED = SharedProfile(
    shop=Factors(np.array([1, 1, 1, 1, 1, 2, 2]) / 9 * 7, np.ones(12)),
    fitted_until=pd.Timestamp("2024-01-01"),
)
CONTEXT = context_of(shared=SHARED)


def prepared(scale: float = 1.0) -> Prepared:
    frame = daily_sales(DAYS + 90)
    frame["temperature"] = np.arange(len(frame)) % 13
    frame["quantity"] *= scale
    frame.loc[DAYS:, "quantity"] = np.nan
    return prepare(validate(frame), ForecastSpec())


@pytest.mark.parametrize("name", CANDIDATES)
def test_a_candidate_is_repeatable_pickles_and_forecasts_like_its_history(name: str) -> None:
    made, candidate = prepared(), CANDIDATES[name]
    assert candidate.is_applicable(made.history, CONTEXT)

    model = fit_candidate(candidate, made.history, CONTEXT)
    values = predict(model, made.future)

    assert values.shape == (90,)
    assert (values >= 0).all()
    assert 10 < values.mean() < 50
    assert np.array_equal(values, predict(pickle.loads(pickle.dumps(model)), made.future))
    again = fit_candidate(candidate, prepared().history, CONTEXT)
    assert np.array_equal(values, predict(again, made.future))


@pytest.mark.parametrize("name", CANDIDATES)
def test_ten_times_the_sales_are_ten_times_the_forecast(name: str) -> None:
    small, large = prepared(), prepared(scale=10)

    values = predict(fit_candidate(CANDIDATES[name], small.history, CONTEXT), small.future)
    tenfold = predict(fit_candidate(CANDIDATES[name], large.history, CONTEXT), large.future)

    assert tenfold == pytest.approx(10 * values, rel=0.05)


@pytest.mark.parametrize("name", [name for name in CANDIDATES if name != "poisson"])
def test_nothing_sold_forecasts_nothing(name: str) -> None:
    """Poisson regression does not apply without sales; gradient boosting neither."""
    made = prepared(scale=0)
    if not CANDIDATES[name].is_applicable(made.history, CONTEXT):
        assert name == "gradient_boosting"
        return

    model = fit_candidate(CANDIDATES[name], made.history, CONTEXT)

    assert predict(model, made.future) == pytest.approx(np.zeros(90), abs=1e-9)


def test_the_settings_name_every_candidate() -> None:
    assert set(ALGORITHMS) >= set(CANDIDATES)


def test_known_values_of_the_simple_candidates() -> None:
    made = prepared()
    last_week = made.history.actual[-7:]

    naive = fit_candidate(CANDIDATES["seasonal_naive"], made.history, CONTEXT)
    mean = fit_candidate(CANDIDATES["seasonal_mean"], made.history, CONTEXT)

    assert np.array_equal(predict(naive, made.future)[:14], np.tile(last_week, 2))
    assert predict(mean, made.future)[0] == pytest.approx(made.history.actual[-7:-57:-7].mean())
