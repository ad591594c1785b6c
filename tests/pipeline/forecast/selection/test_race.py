"""Who is out of the race, and who stays in it."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.selection.backtest import Backtest
from pipeline.forecast.selection.race import CHEAP_MS, KEPT_FAMILIES, race
from pipeline.forecast.selection.windows import plan_windows
from pipeline.forecast.spec import ForecastSpec
from pipeline.progress import ignore_progress
from tests.pipeline.forecast.series import context_of, daily_sales, history_of

FULL = ["poisson", "mstl", "ets", "theta"]


def raced(frame: pd.DataFrame, names: list[str], budget: str = "balanced") -> Backtest:
    history = history_of(frame)
    windows = plan_windows(history, 28, budget)
    context = context_of(spec=ForecastSpec(budget=budget))
    return race(history, windows, names, context, ignore_progress, always={"seasonal_naive"})


def straight_line(days: int) -> pd.DataFrame:
    """A line that only the straight line continues exactly."""
    quantity = np.arange(days, dtype=float) + np.where(np.arange(days) % 61 == 0, 3.0, 0.0)
    return pd.DataFrame(
        {"ds": pd.date_range("2023-01-02", periods=days), "quantity": np.round(quantity)}
    )


@pytest.mark.parametrize("budget", ["fast", "balanced"])
def test_full_models_stay_however_well_a_simple_one_did(budget: str) -> None:
    made = raced(straight_line(300), [*FULL, "drift", "seasonal_naive"], budget)

    assert sum(name in made.finalists for name in FULL) == KEPT_FAMILIES[budget]
    assert len(made.dropped) == len(FULL) - KEPT_FAMILIES[budget]


def test_only_costly_ones_are_dropped_and_never_those_that_are_wanted() -> None:
    made = raced(daily_sales(400), [*FULL, "drift", "seasonal_mean", "seasonal_naive"])

    assert "seasonal_naive" in made.finalists
    assert all(CANDIDATES[name].cost > CHEAP_MS for name in made.dropped)


def test_a_few_weeks_tell_of_nobody_that_it_is_behind() -> None:
    lines = straight_line(150).assign(ds=pd.date_range("2022-01-03", periods=150, freq="W-MON"))

    made = raced(lines, [*FULL, "drift", "seasonal_naive"])

    assert not made.dropped
    assert set(made.finalists) == {*FULL, "drift", "seasonal_naive"}
