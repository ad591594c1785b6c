"""Which candidates a race tries."""

import pytest

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.candidates.known import BASELINE, CANDIDATES
from pipeline.forecast.candidates.tried import (
    LEFT_OUT,
    LEFT_OUT_IN_HASTE,
    candidates_tried,
)
from pipeline.forecast.spec import BALANCED, BEST, BUDGETS, FAST


@pytest.mark.parametrize("unit", Unit)
def test_the_best_budget_tries_everything_but_what_smooths_days_once_more(unit: Unit) -> None:
    tried = set(candidates_tried(BEST, Frequency(unit)))

    smoothing = {"arima", "ces", "ets", "theta"} if unit is Unit.DAY else set()
    assert tried == CANDIDATES.keys() - smoothing


@pytest.mark.parametrize("budget", [FAST, BALANCED])
@pytest.mark.parametrize("unit", Unit)
def test_where_time_counts_rows_are_left_to_what_tells_them(budget: str, unit: Unit) -> None:
    tried = set(candidates_tried(budget, Frequency(unit)))

    assert not tried & LEFT_OUT.get(unit, set())
    assert not tried & LEFT_OUT_IN_HASTE.get(unit, set())
    assert not tried & {"prophet", "prophet_covariates", "prophet_multiplicative"}
    assert {"autoregression", "prophet_tuned", "poisson", "pooled"} <= tried


def test_few_rows_are_worth_more_methods_but_not_one_twice() -> None:
    hours, days, weeks = (set(candidates_tried(BALANCED, Frequency(one))) for one in list(Unit)[:3])

    assert weeks - days == {"theta"}
    assert hours - weeks == {"ets"}


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("unit", Unit)
def test_the_baseline_is_always_tried(budget: str, unit: Unit) -> None:
    assert BASELINE in candidates_tried(budget, Frequency(unit))
