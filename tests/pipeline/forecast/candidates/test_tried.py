"""Which candidates a race tries."""

import pytest

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.candidates.known import BASELINE, CANDIDATES
from pipeline.forecast.candidates.tried import LEFT_OUT_OF_HOURS, candidates_tried
from pipeline.forecast.spec import BALANCED, BEST, BUDGETS, FAST

DAYS, HOURS = Frequency(Unit.DAY), Frequency(Unit.HOUR)


def test_the_best_budget_tries_everything_on_any_rows() -> None:
    assert candidates_tried(BEST, DAYS) == candidates_tried(BEST, HOURS) == tuple(CANDIDATES)


@pytest.mark.parametrize("budget", [FAST, BALANCED])
def test_hours_are_left_to_what_tells_them(budget: str) -> None:
    days, hours = (set(candidates_tried(budget, frequency)) for frequency in (DAYS, HOURS))

    assert days - hours == days & LEFT_OUT_OF_HOURS
    assert "mstl" in days
    assert {"autoregression", "prophet_tuned"} <= hours


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("unit", Unit)
def test_the_baseline_is_always_tried(budget: str, unit: Unit) -> None:
    assert BASELINE in candidates_tried(budget, Frequency(unit))
