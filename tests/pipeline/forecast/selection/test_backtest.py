"""Nothing that is scored was seen."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.history.prepared import History
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.selection.backtest import Backtest, forecast_window
from pipeline.forecast.selection.choice import ENSEMBLE, rank
from pipeline.forecast.selection.windows import Window, plan_windows
from pipeline.forecast.spec import BUDGETS, ForecastSpec
from pipeline.progress import ignore_progress
from tests.pipeline.forecast.series import context_of, daily_sales, history_of

FAST = [name for name in CANDIDATES if not name.startswith("prophet")]


def backtest_of(history: History, windows: tuple[Window, ...], names: Sequence[str]) -> Backtest:
    """Every named candidate in every window, none dropped on the way."""
    backtest = Backtest(history, windows)
    for window in windows:
        forecast_window(backtest, window, names, context_of(), ignore_progress, (0.0, 1.0))
    return backtest


def with_errors(step: str, width: int, off: Mapping[str, np.ndarray]) -> Backtest:
    """Four windows of so many rows, in each of which candidates are off by these amounts."""
    frame = daily_sales(200)
    history = history_of(frame.assign(ds=pd.date_range(frame["ds"][0], periods=200, freq=step)))
    windows = tuple(
        Window(number=number, origin=stop - width, stop=stop, reach=stop, is_holdout=number == 3)
        for number, stop in enumerate(range(200 - 3 * width, 201, width))
    )
    forecasts = {
        name: {one.number: history.actual[one.origin : one.stop] + error for one in windows}
        for name, error in off.items()
    }
    return Backtest(history, windows, forecasts)


@pytest.mark.parametrize("days", [30, 45, 120, 400])
def test_windows_leave_no_gap_and_end_with_the_holdout(days: int) -> None:
    windows = plan_windows(history_of(daily_sales(days)), horizon_rows=90)

    assert len(windows) >= 2
    assert windows[-1].stop == days
    assert [w.is_holdout for w in windows] == [False] * (len(windows) - 1) + [True]
    assert all(a.origin < b.origin <= a.stop for a, b in pairwise(windows))
    assert windows[-2].stop == windows[-1].origin
    assert windows[0].origin >= 14


@pytest.mark.parametrize(
    ("days", "horizon", "expected"),
    [(730, 28, 28), (730, 90, 90), (730, 7, 14), (400, 90, 50), (120, 28, 20)],
)
def test_windows_are_as_long_as_the_horizon_where_the_history_allows(
    days: int, horizon: int, expected: int
) -> None:
    windows = plan_windows(history_of(daily_sales(days)), horizon)

    assert len(windows) == 4
    assert {window.stop - window.origin for window in windows} == {expected}


@pytest.mark.parametrize(("rows", "horizon"), [(24 * 33 + 5, 48), (24 * 200, 48), (24 * 90, 168)])
def test_windows_of_hours_begin_at_the_hour_of_the_forecast(rows: int, horizon: int) -> None:
    ds = pd.date_range("2026-01-05", periods=rows, freq="h")
    history = history_of(pd.DataFrame({"ds": ds, "quantity": 5.0 + ds.hour}))

    windows = plan_windows(history, horizon)

    assert {(rows - window.origin) % 24 for window in windows} == {0}


@pytest.mark.parametrize("days", [480, 600, 730])
def test_windows_rather_overlap_than_begin_in_the_first_year(days: int) -> None:
    windows = plan_windows(history_of(daily_sales(days)), horizon_rows=90)

    assert windows[0].origin >= 366
    assert windows[-2].stop <= windows[-1].origin


@pytest.mark.parametrize("budget", ["fast", "balanced", "best"])
def test_the_oldest_window_is_the_season_to_come_a_year_before(budget: str) -> None:
    history = history_of(daily_sales(364 * 5 // 2))

    usual = plan_windows(history, 28, budget, with_season=False)
    windows = plan_windows(history, 28, budget)

    assert windows[0].origin == 364 * 3 // 2
    assert windows[0].stop == windows[0].reach == 364 * 3 // 2 + 28
    assert windows[1:] == usual[1:]
    assert windows[-1].is_holdout


@pytest.mark.parametrize(("days", "horizon"), [(909, 28), (1_092, 120)])
def test_windows_stay_in_a_row_where_the_season_is_not_known_or_reached_anyway(
    days: int, horizon: int
) -> None:
    history = history_of(daily_sales(days))

    windows = plan_windows(history, horizon)

    assert windows == plan_windows(history, horizon, with_season=False)
    assert all(a.origin < b.origin <= a.stop for a, b in pairwise(windows))


@pytest.mark.parametrize(
    ("step", "number"), [("h", (3, 4, 6)), ("D", (3, 4, 4)), ("W-MON", (3, 4, 6))]
)
def test_a_larger_budget_looks_at_more_windows_unless_they_are_old_days(
    step: str, number: tuple[int, ...]
) -> None:
    ds = pd.date_range("2023-01-02", periods=800, freq=step)
    history = history_of(pd.DataFrame({"ds": ds, "quantity": 5.0 + ds.day_of_week}))

    planned = [plan_windows(history, 28, budget) for budget in BUDGETS]

    assert tuple(len(windows) for windows in planned) == number


@pytest.mark.parametrize(("weeks", "number"), [(109, 4), (140, 5), (400, 6)])
def test_more_windows_than_usual_do_not_begin_in_the_older_half(weeks: int, number: int) -> None:
    ds = pd.date_range("2024-01-01", periods=weeks, freq="W-MON")
    history = history_of(pd.DataFrame({"ds": ds, "quantity": 5.0 + ds.month}))

    windows = plan_windows(history, 13, "best")

    assert len(windows) == number
    assert windows[0].origin >= weeks // 2


def test_rows_after_an_origin_do_not_change_what_was_forecast_from_it() -> None:
    frame, other = daily_sales(260), daily_sales(260)
    other.loc[232:, "quantity"] = 999.0
    windows = plan_windows(history_of(frame), horizon_rows=28)

    made = [backtest_of(history_of(one), windows, [*FAST, "prophet"]) for one in (frame, other)]

    assert windows[-1].origin == 232
    assert set(made[0].forecasts) >= {"prophet", "gradient_boosting", "poisson"}
    for name, forecasts in made[0].forecasts.items():
        for window in windows:
            assert np.array_equal(forecasts[window.number], made[1].forecasts[name][window.number])


def test_the_choice_does_not_see_the_holdout() -> None:
    frame, other = daily_sales(260), daily_sales(260)
    other.loc[232:, "quantity"] = 999.0
    windows = plan_windows(history_of(frame), horizon_rows=28)

    ranked = [rank(backtest_of(history_of(one), windows, FAST), "auto") for one in (frame, other)]

    assert [c.algorithm for c in ranked[0]] == [c.algorithm for c in ranked[1]]
    assert ENSEMBLE in [c.algorithm for c in ranked[0]]


def test_weights_for_what_is_to_come_know_the_holdout_and_keep_the_members() -> None:
    frame, other = daily_sales(260), daily_sales(260)
    other.loc[232:, "quantity"] = 999.0
    windows = plan_windows(history_of(frame), horizon_rows=28)
    tests = [backtest_of(history_of(one), windows, FAST) for one in (frame, other)]
    chosen = [
        next(one for one in rank(test, "auto") if one.algorithm == ENSEMBLE) for test in tests
    ]

    again = [one.learned_again(test) for one, test in zip(chosen, tests, strict=True)]

    assert chosen[0].weights == chosen[1].weights
    assert again[0].members == again[1].members == chosen[0].members
    assert again[0].weights != again[1].weights
    assert sum(again[1].weights) == pytest.approx(1)


def test_over_few_weeks_members_count_more_alike_than_over_days() -> None:
    by_turns = np.resize([1.0, -1.0], 12)
    off = {"poisson": 10 * by_turns, "ets": 14 * np.sort(by_turns)}
    tests = [with_errors(step, 12, off) for step in ("7D", "1D")]

    weeks, days = (rank(test, "auto")[0] for test in tests)
    weeks_again, days_again = (
        one.learned_again(test) for one, test in zip((weeks, days), tests, strict=True)
    )

    assert {one.members for one in (weeks, days)} == {("poisson", "ets")}
    assert 0.5 < weeks.weights[0] < 0.7 < days.weights[0]
    assert weeks_again.weights[0] < 0.7 < days_again.weights[0]


@pytest.mark.parametrize(
    ("step", "width", "best"),
    [("1D", 28, "poisson"), ("1D", 12, "poisson"), ("7D", 28, "poisson"), ("7D", 12, ENSEMBLE)],
)
def test_a_lead_over_few_weeks_is_no_reason_to_trust_a_single_candidate(
    step: str, width: int, best: str
) -> None:
    """It errs by a sixth less than all of them together, but seldom and far."""
    seldom, always = np.resize([0.0, 0.0, 0.0, 40.0], width), np.full(width, 12.0)
    off = {"poisson": seldom, "ets": always, "theta": always, "mstl": always}

    assert rank(with_errors(step, width, off), "auto")[0].algorithm == best


def test_a_single_candidate_has_nothing_to_learn_again() -> None:
    history = history_of(daily_sales(120))
    made = backtest_of(history, plan_windows(history, 28), ["drift"])
    single = rank(made, "auto")[0]

    assert single.learned_again(made) is single


def test_a_covariate_that_ends_with_the_history_does_not_help() -> None:
    """Tomorrow's sales as a column would be perfect, but nobody has it for the future."""
    frame = daily_sales(260)
    frame["oracle"] = frame["quantity"]

    history = prepare(validate(frame), ForecastSpec()).history

    assert history.known == ()
    assert "oracle" not in history.ahead(230, 260).names
    assert len(history.head(230).columns["oracle"]) == 230


def test_a_candidate_that_fails_is_left_out_with_its_reason() -> None:
    frame = daily_sales(60).assign(quantity=np.nan)
    frame.loc[[0, 59], "quantity"] = [1.0, 2.0]
    history = history_of(frame)

    made = backtest_of(history, plan_windows(history, 90), ["prophet", "drift"])

    assert "fewer than two values are known" in made.failures["prophet"]
    assert set(made.forecasts) == {"drift"}


def test_predictions_reach_only_known_rows() -> None:
    history = history_of(daily_sales(120))

    ahead = history.ahead(100, 110)

    assert ahead.names == ("ds", "step")
    assert ahead.steps.tolist() == list(range(1, 11))
    assert ahead.ds[0] == history.ds[99] + pd.Timedelta(days=1)
