"""Models as genuine Prophet objects and back."""

import logging
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from prophet import Prophet
from prophet.serialize import model_from_json, model_to_json

from pipeline.errors import InvalidParameterError
from pipeline.forecast.structural.conversion import to_prophet
from pipeline.forecast.structural.reading import from_prophet
from tests.pipeline.forecast.structural.cases import CASES, Case, daily, with_regressors

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:prophet", "ignore:Parsing:UserWarning"
)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("case", [make() for make in CASES.values()], ids=CASES)
def test_there_and_back_forecasts_the_same(case: Case) -> None:
    model = case.fit()
    again = from_prophet(to_prophet(model))
    assert again.structure.seasonalities == model.structure.seasonalities
    assert again.structure.regressors == model.structure.regressors
    assert again.predict(case.future) == pytest.approx(model.predict(case.future))
    for name, part in model.components(case.future).items():
        assert again.components(case.future)[name] == pytest.approx(part, abs=1e-9), name


def test_it_is_a_fitted_prophet_that_the_usual_tools_accept() -> None:
    case = with_regressors()
    prophet = to_prophet(case.fit())
    assert isinstance(prophet, Prophet)
    assert {name: value.shape[0] for name, value in prophet.params.items()} == dict.fromkeys(
        ("k", "m", "delta", "sigma_obs", "beta"), 1
    )
    dates = prophet.make_future_dataframe(28, include_history=False)["ds"]
    assert list(dates) == list(case.future["ds"])
    assert prophet.history["y"].to_numpy() == pytest.approx(case.values, rel=1e-6)
    forecast = prophet.predict(case.future)
    assert {"yhat_lower", "yhat_upper", "weekly", "yearly", "holidays", "price"} <= set(forecast)
    restored = model_from_json(model_to_json(prophet))
    restored.uncertainty_samples = 0
    assert restored.predict(case.future)["yhat"].to_numpy() == pytest.approx(
        forecast["yhat"].to_numpy()
    )


def test_a_prophet_that_somebody_else_fitted_is_read() -> None:
    """Its country's holidays and own scales included."""
    case = daily(500, seed=8)
    prophet = Prophet(
        scaling="minmax", uncertainty_samples=0, holidays_prior_scale=3.0, weekly_seasonality=4
    )
    prophet.add_country_holidays("FR")
    prophet.fit(case.seen, iter=50)
    expected = prophet.predict(case.future)["yhat"].to_numpy()
    assert from_prophet(prophet).predict(case.future) == pytest.approx(expected)


def test_what_a_structural_model_does_not_have_is_named() -> None:
    with pytest.raises(InvalidParameterError, match="not fitted"):
        from_prophet(Prophet())

    conditional = to_prophet(daily(30).fit())
    conditional.seasonalities["weekly"]["condition_name"] = "in_season"
    with pytest.raises(InvalidParameterError, match="'weekly' has a condition"):
        from_prophet(conditional)

    logistic = to_prophet(daily(30).fit())
    logistic.growth = "logistic"
    with pytest.raises(InvalidParameterError, match="logistic growth"):
        from_prophet(logistic)


def test_rows_that_are_long_past_are_forgotten() -> None:
    times = pd.date_range("2019-01-01", periods=20_000, freq="h").to_numpy()
    case = daily(30)
    values = np.arange(20_000.0) % 24 + 1
    long = Case(times=times, values=values, structure=case.structure).fit()
    prophet = to_prophet(long)
    assert prophet.history["ds"].max() == times[-1]
    future = prophet.make_future_dataframe(24, freq="h", include_history=False)
    prophet.uncertainty_samples = 0
    expected = prophet.predict(future)["yhat"].to_numpy()
    assert long.predict(future) == pytest.approx(expected)
