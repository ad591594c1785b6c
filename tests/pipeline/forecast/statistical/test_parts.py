"""Forecasts of statistical methods, told by parts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.holiday_calendar import holiday_calendar, seen_events
from pipeline.forecast.calendar.occasions import Event
from pipeline.forecast.candidates.candidate import FitContext, fit_candidate
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.statistical.candidates import STATISTICAL
from pipeline.forecast.statistical.ets import fit_ets
from pipeline.forecast.statistical.history_fit import FittedToHistory
from pipeline.forecast.statistical.long_seasons import Fitted
from pipeline.forecast.statistical.mstl import fit_mstl
from pipeline.forecast.statistical.parts import Rhythm, parts_of
from tests.pipeline.forecast.statistical.series import WEEK, Array, steps, weekly, yearly

DAYS, AHEAD = 800, 28
BY_WEEK = (Rhythm("week", 7),)


def shop() -> tuple[pd.DataFrame, tuple[Event, ...]]:
    """Weeks, promotions that double the sales, a fair every 40 days, closed holidays."""
    chance = np.random.default_rng(0)
    ds = pd.date_range("2023-01-01", periods=DAYS + AHEAD, freq="D")
    frame = pd.DataFrame({"ds": ds, "quantity": 60 + 2 * WEEK[ds.day_of_week]})
    frame["quantity"] += chance.normal(0, 2, len(ds))
    frame["promotion"] = (chance.random(len(ds)) < 0.15).astype(float)
    frame["quantity"] *= 1 + frame["promotion"]
    days = [(ds[0] + timedelta(days=place)).date() for place in range(20, len(ds), 40)]
    frame.loc[ds.isin(pd.DatetimeIndex(days)), "quantity"] *= 1.8
    frame.loc[DAYS:, "quantity"] = np.nan
    return frame, tuple(Event("fair", day, day) for day in days)


def fitted(name: str) -> tuple[FittedToHistory, pd.DataFrame]:
    frame, events = shop()
    spec = ForecastSpec(horizon_days=AHEAD, events=events)
    made = prepare(validate(frame), spec)
    ends = made.history.frequency.ends(made.history.ds)
    calendar = replace(
        holiday_calendar("ES", None, 2023, 2025),
        events=seen_events(events, made.history.ds, ends),
    )
    context = FitContext(spec=spec, holidays=calendar)
    model = fit_candidate(STATISTICAL[name], made.history, context)
    assert isinstance(model, FittedToHistory)
    return model, made.future


@pytest.mark.parametrize("name", STATISTICAL)
def test_the_parts_add_up_to_the_forecast(name: str) -> None:
    model, future = fitted(name)

    parts = model.components(future)

    assert np.sum(list(parts.values()), axis=0) == pytest.approx(model.predict(future), rel=1e-9)


@pytest.mark.parametrize("name", ["ets", "theta", "mstl"])
def test_promotions_events_and_the_week_are_parts_of_their_own(name: str) -> None:
    model, future = fitted(name)
    parts = model.components(future)
    on = future["promotion"].to_numpy() > 0

    assert parts["promotion"][on].mean() > 40 > abs(parts["promotion"][~on].mean())
    assert parts["event:fair"].max() > 30
    assert np.ptp(parts["week"]) == pytest.approx(2 * np.ptp(WEEK), rel=0.2)


@pytest.mark.parametrize("fit", [fit_ets, fit_mstl])
def test_the_week_is_told_as_it_is(fit: Callable[[Array, tuple[int, ...]], Fitted]) -> None:
    model = fit(weekly(400), (7,))

    parts = parts_of(model, steps(14), BY_WEEK)

    assert parts["week"] == pytest.approx(WEEK[np.arange(400, 414) % 7], abs=1.5)
    assert parts["level"] == pytest.approx(np.full(14, 50.0), abs=2)
    assert parts["trend"] == pytest.approx(np.zeros(14), abs=1)


def test_the_year_is_a_part_where_its_waves_are_known() -> None:
    values = yearly(1_100, noise=0.5)
    model = fit_mstl(values[:-60], (7,), 365.25)

    parts = parts_of(model, steps(60), BY_WEEK)

    assert np.ptp(parts["year"]) > 2
    assert np.sum(list(parts.values()), axis=0) == pytest.approx(model.predict(steps(60)))


def test_days_and_weeks_of_hours_are_told_apart() -> None:
    hours = np.arange(24 * 7 * 9)
    day = 8 * np.sin(2 * np.pi * hours / 24)
    model = fit_mstl(50 + day + WEEK[hours // 24 % 7], (24, 168))

    parts = parts_of(model, steps(48), (Rhythm("day", 24), Rhythm("week", 168)))

    assert parts["day"] == pytest.approx(day[:48], abs=0.5)
    assert parts["week"] == pytest.approx(np.repeat(WEEK[:2] - WEEK.mean(), 24), abs=0.5)
