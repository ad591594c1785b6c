"""A new forecast beside the deployed one, on the same windows."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.result import ForecastResult
from pipeline.forecast.selection.backtest import Backtest
from pipeline.forecast.selection.choice import Choice
from pipeline.forecast.selection.incumbent import (
    Comparison,
    Incumbent,
    TriedIncumbent,
    compare,
    settings_of,
)
from pipeline.forecast.selection.windows import plan_windows
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast
from pipeline.progress import Progress
from tests.pipeline.forecast.series import daily_sales, history_of

NAIVE = Incumbent(algorithm="seasonal_naive", members=("seasonal_naive",))
POISSON = Incumbent(algorithm="poisson", members=("poisson",))


def trained(
    algorithm: str, incumbent: Incumbent | None, told: list[Progress] | None = None
) -> ForecastResult:
    seen: list[Progress] = [] if told is None else told
    return train_forecast(
        daily_sales(200),
        ForecastSpec(algorithm=algorithm),
        incumbent=incumbent,
        on_progress=seen.append,
    )


def compared(algorithm: str, incumbent: Incumbent) -> Comparison:
    comparison = trained(algorithm, incumbent).comparison
    assert comparison is not None
    return comparison


def two_forecasts(
    of_challenger: Callable[[np.random.Generator, int], np.ndarray], seed: int = 0
) -> Comparison:
    """A challenger against an incumbent whose errors are drawn with a spread of 4 pieces."""
    history = history_of(daily_sales(300))
    backtest = Backtest(history, plan_windows(history, 28))
    random = np.random.default_rng(seed)

    def around(draw: Callable[[np.random.Generator, int], np.ndarray]) -> dict[int, np.ndarray]:
        return {
            window.number: history.actual[window.origin : window.stop]
            + draw(random, window.stop - window.origin)
            for window in backtest.windows
        }

    challenger = Choice(
        algorithm="poisson", members=("poisson",), forecasts=around(of_challenger), error=0.0
    )
    incumbent = TriedIncumbent(
        incumbent=NAIVE, forecasts=around(lambda random, rows: random.normal(0, 4, rows))
    )
    return compare(backtest, challenger, incumbent)


def test_without_an_incumbent_there_is_no_comparison() -> None:
    assert trained("seasonal_mean", None).comparison is None


def test_a_method_that_was_tested_anyway_is_not_fitted_again() -> None:
    alone: list[Progress] = []
    beside: list[Progress] = []
    first = trained("poisson", None, alone)
    second = trained("poisson", POISSON, beside)

    assert [step.message for step in beside] == [step.message for step in alone]
    assert second.metrics == first.metrics
    assert second.comparison is not None
    assert second.comparison.difference == 0
    assert not second.comparison.is_worse


def test_a_worse_challenger_is_told_so_with_the_numbers() -> None:
    comparison = compared("seasonal_naive", Incumbent(algorithm="x", members=("seasonal_mean",)))

    assert comparison.is_worse
    assert comparison.challenger_error is not None
    assert comparison.incumbent_error is not None
    assert comparison.difference == pytest.approx(
        comparison.challenger_error / comparison.incumbent_error - 1
    )
    assert comparison.margin is not None
    assert comparison.difference > comparison.margin
    assert [pair.is_holdout for pair in comparison.windows] == [False, False, False, True]


def test_both_are_scored_on_the_windows_of_the_backtest() -> None:
    result = trained("seasonal_mean", NAIVE)
    assert result.comparison is not None
    holdout = result.comparison.windows[-1]

    assert holdout.challenger_mae == pytest.approx(result.metrics["mae"])
    assert holdout.incumbent_mae == pytest.approx(result.baseline_metrics["mae"])


def test_an_incumbent_that_was_not_asked_for_is_scored_and_has_no_part_in_the_choice() -> None:
    told: list[Progress] = []
    result = trained("seasonal_naive", POISSON, told)
    percentages = [step.percentage for step in told]

    assert result.algorithm == "seasonal_naive"
    assert "poisson" not in {score.algorithm for score in result.backtest}
    assert result.comparison is not None
    assert result.comparison.is_worse
    assert percentages == sorted(percentages)


def test_an_ensemble_is_the_average_of_its_members() -> None:
    both = Incumbent(algorithm="ensemble", members=("seasonal_mean", "seasonal_naive"))
    mean = compared("seasonal_mean", both)
    naive = compared("seasonal_naive", both)

    assert mean.challenger_error is not None
    assert naive.challenger_error is not None
    assert mean.incumbent_error is not None
    assert mean.incumbent_error < naive.challenger_error


def test_other_settings_of_prophet_are_another_way_to_forecast() -> None:
    stiff = Incumbent(
        algorithm="prophet",
        members=("prophet",),
        settings=settings_of(ForecastSpec(weekly_seasonality=False)),
    )
    comparison = compared("prophet", stiff)

    assert comparison.challenger_error is not None
    assert comparison.incumbent_error is not None
    assert comparison.challenger_error < 0.8 * comparison.incumbent_error


def test_a_method_that_is_gone_or_does_not_fit_is_not_scored() -> None:
    gone = compared("seasonal_mean", Incumbent(algorithm="oracle", members=("oracle",)))
    unsuited = compared(
        "seasonal_mean", Incumbent(algorithm="prophet_covariates", members=("prophet_covariates",))
    )

    assert gone.not_scored == "this version has no method oracle"
    assert not gone.is_worse
    assert unsuited.not_scored is not None
    assert "another kind of sales" in unsuited.not_scored


def test_what_was_foretold_is_held_against_the_sales_since() -> None:
    sales = daily_sales(200)
    since = sales.tail(5)
    forecast = pd.DataFrame(
        {
            "ds": [*since["ds"], since["ds"].iloc[-1] + pd.Timedelta(days=1)],
            "yhat": [*(since["quantity"] + 2.0), 7.0],
        }
    )
    incumbent = Incumbent(algorithm="drift", members=("drift",), forecast=forecast)
    comparison = compared("seasonal_mean", incumbent)

    assert comparison.since is not None
    assert (comparison.since.rows, comparison.since.incumbent_mae) == (5, pytest.approx(2.0))
    assert (comparison.since.first, comparison.since.last) == (
        since["ds"].iloc[0],
        since["ds"].iloc[-1],
    )
    assert comparison.since.challenger_mae is not None


def test_chance_alone_seldom_makes_a_challenger_worse() -> None:
    verdicts = [
        two_forecasts(lambda random, rows: random.normal(0, 4, rows), seed).is_worse
        for seed in range(100)
    ]
    assert sum(verdicts) <= 10


def test_a_clearly_higher_error_is_always_worse() -> None:
    verdicts = [
        two_forecasts(lambda random, rows: random.normal(0, 8, rows), seed).is_worse
        for seed in range(20)
    ]
    assert all(verdicts)


def test_a_tiny_difference_is_not_worse_however_sure_it_is() -> None:
    history = history_of(daily_sales(300))
    backtest = Backtest(history, plan_windows(history, 28))
    off_by = {
        pieces: {w.number: history.actual[w.origin : w.stop] + pieces for w in backtest.windows}
        for pieces in (4.0, 4.05, 4.2)
    }
    incumbent = TriedIncumbent(incumbent=NAIVE, forecasts=off_by[4.0])
    verdicts = {
        pieces: compare(
            backtest,
            Choice(algorithm="drift", members=("drift",), forecasts=off_by[pieces], error=0.0),
            incumbent,
        ).is_worse
        for pieces in (4.05, 4.2)
    }
    assert verdicts == {4.05: False, 4.2: True}
