"""What became known after the training counts in a forecast on demand, and is told."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.occasions import Closure
from pipeline.forecast.finished.on_demand import first_periods, forecast_rows
from pipeline.forecast.finished.since import KnownSince
from pipeline.forecast.history.climatology import Rhythm
from pipeline.forecast.history.surroundings import Surroundings
from pipeline.forecast.result import ForecastResult
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast
from tests.pipeline.forecast.series import daily_sales

DAYS, HORIZON = 200, 14
NOTHING_NEW = pd.DataFrame({"ds": pd.DatetimeIndex([])})


def warmth(days: int) -> np.ndarray:
    return 20 + 8 * np.sin(np.arange(days) * 1.7)


@pytest.fixture(scope="module")
def trained() -> ForecastResult:
    """Sales that double on promotions and rise with the temperature."""
    sales = daily_sales(DAYS + HORIZON)
    sales["promotion"] = (np.arange(len(sales)) % 5 == 0).astype(float)
    sales["quantity"] *= (1 + sales["promotion"]) * (warmth(len(sales)) / 20)
    sales.loc[DAYS:, "quantity"] = np.nan
    spec = ForecastSpec(horizon_days=HORIZON, algorithm="poisson")
    result = train_forecast(sales, spec, surroundings=weather(DAYS + 3))
    assert result.model.known == ("promotion", "weather_temperature")
    return result


def weather(days: int) -> Surroundings:
    ds = pd.date_range("2024-01-01", periods=days, freq="D")
    frame = pd.DataFrame({"ds": ds, "weather_temperature": warmth(days)})
    return Surroundings(frame, {"weather_temperature": Rhythm.YEAR})


def ask(trained: ForecastResult, since: KnownSince, asked: pd.DataFrame | None = None):
    asked = first_periods(trained.model, HORIZON) if asked is None else asked
    return forecast_rows(trained.model, asked, since)


def test_the_same_knowledge_is_the_same_forecast_to_the_last_bit(trained):
    ahead = trained.model.ahead[["ds", "promotion"]]
    answer = ask(trained, KnownSince(rows=ahead, surroundings=weather(DAYS + 3)))
    pd.testing.assert_frame_equal(answer.frame, trained.forecast, check_exact=True)
    assert all(note.endswith("when the model was trained") for note in answer.notes)


def test_a_promotion_that_was_stated_since_counts(trained):
    day = int(np.flatnonzero(trained.model.ahead["promotion"] == 0)[0])
    ds = trained.model.ahead["ds"].iloc[[day]]
    since = KnownSince(rows=pd.DataFrame({"ds": ds, "promotion": [1.0], "unused": [3.0]}))

    answer = ask(trained, since)

    higher = answer.frame["yhat"] / trained.forecast["yhat"]
    assert higher.iloc[day] > 1.3
    assert higher.drop(day).eq(1).all()
    assert answer.notes[0] == (
        "No promotion was given for every period: the forecast assumes what is known by now, which"
        " is new for 1 period"
    )


def test_what_is_given_wins_over_what_is_known(trained):
    day = int(np.flatnonzero(trained.model.ahead["promotion"] == 0)[0])
    ds = trained.model.ahead["ds"].iloc[[day]]
    since = KnownSince(rows=pd.DataFrame({"ds": ds, "promotion": [1.0]}))

    answer = ask(trained, since, pd.DataFrame({"ds": ds, "promotion": [0.0]}))

    assert answer.frame["yhat"].iloc[0] == trained.forecast["yhat"].iloc[day]
    assert not any("promotion" in note for note in answer.notes)


def test_a_newer_forecast_of_the_weather_counts(trained):
    answer = ask(trained, KnownSince(rows=NOTHING_NEW, surroundings=weather(DAYS + 10)))

    changed = answer.frame["yhat"] != trained.forecast["yhat"]
    assert changed.tolist() == [False] * 3 + [True] * 7 + [False] * 4
    assert answer.notes[1].endswith("what is known by now, which is new for 7 periods")


def test_the_calendar_of_today_counts(trained):
    first = trained.model.ahead["ds"].iloc[2].date()
    closures = (Closure(first, first + timedelta(days=1)),)

    answer = ask(trained, KnownSince(rows=NOTHING_NEW, closures=closures))

    assert answer.frame["yhat"].eq(0).tolist() == [False] * 2 + [True] * 2 + [False] * 10
    assert "closures have changed" in answer.notes[-1]
    elsewhere = first_periods(trained.model, 2)
    told = ask(trained, KnownSince(rows=NOTHING_NEW, closures=closures), elsewhere).notes
    assert not any("closures" in note for note in told)
