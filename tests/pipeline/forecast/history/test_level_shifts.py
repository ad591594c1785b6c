"""Lasting shifts are found where they were planted, and nowhere else; errors get smaller by it."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidates.naive import fit_seasonal_mean
from pipeline.forecast.history.learning import for_learning
from pipeline.forecast.history.learning_notes import level_notes
from pipeline.forecast.history.level_shifts import at_newest_level, level_shifts
from pipeline.forecast.history.prepared import History
from pipeline.forecast.spec import ForecastSpec
from tests.pipeline.forecast.series import context_of, daily_sales, history_of

DAYS = 730
PLACE = np.arange(DAYS)
YEAR = 1 + 0.35 * np.sin(2 * np.pi * PLACE / 365.25)
DECEMBER = np.where(pd.date_range("2024-01-01", periods=DAYS).month == 12, 1.8, 1.0)
TREND = np.linspace(0.5, 1.5, DAYS)


def sold(level: np.ndarray, seed: int = 0) -> History:
    ds = pd.date_range("2024-01-01", periods=len(level))
    weekly = np.array([0.8, 0.8, 0.9, 1.0, 1.3, 1.6, 0.6])[ds.day_of_week]
    quantity = np.random.default_rng(seed).poisson(30 * weekly * level).astype(float)
    return history_of(pd.DataFrame({"ds": ds, "quantity": quantity}))


def shifted(at: int, ratio: float) -> np.ndarray:
    return np.where(np.arange(DAYS) >= at, ratio, 1.0)


@pytest.mark.parametrize("ratio", [0.5, 0.7, 1.5, 2.0])
@pytest.mark.parametrize("at", [200, 500, 660])
def test_a_planted_shift_is_found_with_its_day_and_size(at: int, ratio: float) -> None:
    (shift,) = level_shifts(sold(shifted(at, ratio)))

    assert abs(shift.row - at) <= 4
    assert shift.ratio == pytest.approx(ratio, rel=0.15)


@pytest.mark.parametrize("level", [np.ones(DAYS), YEAR, TREND, YEAR * TREND, DECEMBER])
def test_seasons_and_trends_are_no_shifts(level: np.ndarray) -> None:
    assert [level_shifts(sold(level, seed)) for seed in range(10)] == [()] * 10


def test_a_season_that_comes_each_year_at_once_is_no_shift() -> None:
    is_summer = np.isin(pd.date_range("2024-01-01", periods=DAYS).month, [6, 7, 8, 9])

    assert level_shifts(sold(np.where(is_summer, 2.0, 1.0))) == ()


def test_some_weeks_of_more_sales_are_no_shift() -> None:
    assert level_shifts(sold(np.where((PLACE >= 500) & (PLACE < 530), 2.0, 1.0))) == ()


def test_before_two_months_have_passed_a_shift_is_not_known() -> None:
    history = sold(shifted(500, 2.0))

    assert level_shifts(history.head(530)) == ()
    assert len(level_shifts(history.head(570))) == 1


@pytest.mark.parametrize("days", [30, 111])
def test_short_histories_have_no_shifts(days: int) -> None:
    assert level_shifts(history_of(daily_sales(days))) == ()


def test_older_sales_are_learned_from_at_the_newest_level() -> None:
    history = sold(shifted(500, 2.0))

    even = at_newest_level(history, level_shifts(history))

    assert even.actual[:490].mean() == pytest.approx(even.actual[510:].mean(), rel=0.05)
    assert (even.actual[510:] == history.actual[510:]).all()


def test_the_error_after_a_shift_gets_smaller() -> None:
    """A mean of eight weeks that began before the shift, against the mean at today's level."""
    history, context = sold(shifted(660, 2.0)), context_of()
    learned = for_learning(history, context.holidays, ForecastSpec()).history
    future = pd.DataFrame({"ds": history.frequency.grid(history.ds[-1], 29)[1:]})

    older = fit_seasonal_mean(history.head(700), context).predict(future).mean()
    newest = fit_seasonal_mean(learned.head(700), context).predict(future).mean()

    assert abs(newest - 60) < abs(older - 60) / 2


def test_a_note_tells_since_when_and_how_much() -> None:
    history = sold(shifted(500, 2.0))

    (note,) = level_notes(level_shifts(history), history.frequency)

    assert note.startswith("Since 2025-05-1")
    assert "% more is sold" in note


def test_outliers_stay_where_they_are_stated_to_be_real() -> None:
    frame = daily_sales(200)
    frame.loc[100, "quantity"] = 5_000.0
    history, holidays = history_of(frame), context_of().holidays

    tamed = for_learning(history, holidays, ForecastSpec())
    kept = for_learning(history, holidays, ForecastSpec(outliers_are_real=True))

    assert [one.observed for one in tamed.outliers] == [5_000.0]
    assert kept.outliers == ()
    assert kept.history.actual[100] == 5_000.0
