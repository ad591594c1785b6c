"""The parts of a forecast add up to it, and the strongest are told in words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from pipeline.forecast.calendar.occasions import Closure
from pipeline.forecast.finished.drivers import CLOSED, LEVEL, OTHER, USUAL, drivers, effects
from pipeline.forecast.periods import Periods, times_of
from pipeline.forecast.result import FittedForecaster
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast
from tests.pipeline.forecast.series import daily_sales

Array = NDArray[np.float64]
SATURDAY = date(2024, 7, 6)
WEEKEND = pd.date_range("2024-06-29", periods=2)


@dataclass
class Told:
    """A fitted candidate of known parts: 20 a day, 15 more on Saturdays, 30 less on Sundays."""

    def components(self, future: Periods) -> Mapping[str, Array]:
        day = times_of(future).day_of_week.to_numpy()
        week = np.select([day == 5, day == 6], [15.0, -30.0], 0.0)
        return {"level": np.full(len(day), 20.0), "week": week}

    def predict(self, future: Periods) -> Array:
        return np.asarray(np.sum(list(self.components(future).values()), axis=0))


@pytest.fixture(scope="module")
def trained() -> FittedForecaster:
    """Its last sale was on a Friday, the 28th of June."""
    spec = ForecastSpec(algorithm="seasonal_naive", horizon_days=14)
    return train_forecast(daily_sales(180), spec).model


def together(parts: Mapping[str, Array]) -> Array:
    return np.asarray(np.sum(list(parts.values()), axis=0))


def test_parts_add_up_to_the_forecast_whoever_made_it(trained: FittedForecaster) -> None:
    for members in (trained.members, (Told(),), (*trained.members, Told())):
        model = replace(trained, members=members, weights=())
        found = drivers(model, model.ahead)
        assert together(found) == pytest.approx(model.predict(model.ahead)["yhat"])


def test_parts_lead_to_the_mean_and_from_there_to_a_median_that_is_told() -> None:
    rare = daily_sales(300)
    rare["quantity"] = np.random.default_rng(1).poisson(0.4, 300).astype(float)
    made = train_forecast(rare, ForecastSpec(horizon_days=28))

    found = drivers(made.model, made.model.ahead)

    assert together(found) == pytest.approx(made.forecast["yhat"].to_numpy(), abs=1e-9)
    assert found[USUAL] == pytest.approx(-made.means)
    words = effects(pd.DatetimeIndex(made.forecast["ds"]), found)
    assert any("what usually sells is not the mean" in one for one in words[0])


def test_what_cannot_tell_its_parts_has_a_level_and_a_rest(trained: FittedForecaster) -> None:
    found = drivers(trained, trained.ahead)
    assert list(found) == [LEVEL, OTHER]
    assert len(set(found[LEVEL])) == 1
    assert found[OTHER].sum() == pytest.approx(0)


def test_over_some_weeks_it_has_a_rhythm_too() -> None:
    """The seasonal naive forecast is nothing but the week."""
    spec = ForecastSpec(algorithm="seasonal_naive", horizon_days=28)
    model = train_forecast(daily_sales(180), spec).model
    found = drivers(model, model.ahead)
    assert list(found) == [LEVEL, "week", OTHER]
    assert found[OTHER] == pytest.approx(0, abs=1e-9)
    weekend = (model.ahead["ds"].dt.day_of_week >= 5).to_numpy()
    assert found["week"][weekend].mean() > 5


def test_nothing_is_taken_away_that_is_not_there(trained: FittedForecaster) -> None:
    model = replace(trained, members=(Told(),))
    found = drivers(model, model.ahead)
    sundays = (model.ahead["ds"].dt.day_name() == "Sunday").to_numpy()
    assert found["week"][sundays].tolist() == [-20.0, -20.0]
    assert found[OTHER].tolist() == [0.0] * 14


def test_the_strongest_effects_are_told_in_words(trained: FittedForecaster) -> None:
    closures = (Closure(SATURDAY, SATURDAY),)
    model = replace(trained, members=(Told(),), closures=closures)
    found = drivers(model, model.ahead)
    ds = pd.DatetimeIndex(model.ahead["ds"])
    told = dict(zip(ds.date, effects(ds, found), strict=True))
    assert told[date(2024, 6, 29)] == ("+15 because it is a Saturday",)
    assert told[date(2024, 7, 1)] == ()
    assert told[SATURDAY] == ("-20 because the shop is closed",)
    assert found[CLOSED][ds.date == SATURDAY] == -20


def test_words_name_events_and_covariates() -> None:
    parts = {
        "level": np.full(2, 20.0),
        "event:Village fair": np.array([6.04, 0.0]),
        "air_temperature": np.array([0.0, -2.3]),
        "holidays": np.array([0.2, 0.0]),
    }
    assert effects(WEEKEND, parts) == [
        ("+6 because of Village fair",),
        ("-2.3 because of air temperature",),
    ]


@pytest.mark.parametrize("rest", [{}, {OTHER: np.zeros(2)}])
def test_a_forecast_of_nothing_has_no_effects(rest: dict[str, Array]) -> None:
    assert effects(WEEKEND, {"level": np.zeros(2)} | rest) == [(), ()]
