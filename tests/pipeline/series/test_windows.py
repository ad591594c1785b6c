"""The newest periods judge, those before them choose, and none does both."""

from itertools import pairwise

import pytest

from pipeline.series.windows import plan_windows


@pytest.mark.parametrize("rows", [8, 9, 15, 40, 100, 1_000])
@pytest.mark.parametrize("horizon", [1, 7, 28, 400])
@pytest.mark.parametrize("test_size", [0.01, 0.2, 0.5])
def test_windows_are_adjacent_and_within_their_part(
    rows: int, horizon: int, test_size: float
) -> None:
    plan = plan_windows(rows, horizon, test_size, season=7)
    assert plan.test[-1].stop == rows
    assert rows - plan.test[0].origin <= max(1, rows * test_size)
    windows = (*plan.selection, *plan.test)
    for before, after in pairwise(windows):
        assert before.stop == after.origin
    for window in windows:
        assert 1 <= window.stop - window.origin <= horizon
        assert window.origin >= 4
    for window in plan.selection:
        assert window.reach <= plan.test[0].origin


def test_a_few_periods_are_not_divided() -> None:
    plan = plan_windows(7, 2, 0.2, season=1)
    assert plan.selection == plan.test == ()


def test_windows_that_know_too_little_decide_nothing_unless_all_do() -> None:
    plan = plan_windows(100, 5, 0.2, season=1)
    first, second, third = (window.origin for window in plan.selection)
    assert [window.origin for window in plan.after(second).selection] == [second, third]
    assert plan.after(third + 1) == plan
    assert plan.after(first).test == plan.test


def test_the_shortest_plan_has_the_newest_window_of_each_kind() -> None:
    plan = plan_windows(100, 5, 0.2, season=1)
    assert plan.shorter().selection == plan.selection[-1:]
    assert plan.shorter().test == plan.test[-1:]
