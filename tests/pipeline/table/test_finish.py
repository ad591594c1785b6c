"""Told to finish, a training keeps the best that it has and says so."""

from collections.abc import Callable

import pytest

from pipeline.progress import Progress
from pipeline.table.algorithms import ALGORITHMS
from pipeline.table.phases import TablePhase
from pipeline.table.result import TableResult
from pipeline.table.selection import STOPPED_EARLY
from pipeline.table.spec import TableSpec
from pipeline.table.train import FINISHED_EARLY, train_table
from tests.pipeline.table.tables import shop_rows


def finished_when(is_time: Callable[[Progress], bool], model_type: str) -> TableResult:
    """A training that is told to finish from the first message on for which `is_time`."""
    heard: list[bool] = []

    def listen(progress: Progress) -> None:
        heard.append(is_time(progress))

    spec = TableSpec(
        ml_task="regression",
        target_variable="amount",
        model_type=model_type,
        exclude_columns=("level",),
        seed=7,
    )
    return train_table(shop_rows(), spec, on_progress=listen, should_finish=lambda: any(heard))


@pytest.mark.parametrize(
    "phase", [TablePhase.DATA_LOADING, TablePhase.PREPROCESSING, TablePhase.ALGORITHM_SELECTION]
)
def test_a_comparison_ends_with_the_first_algorithm_that_has_a_score(phase: TablePhase) -> None:
    result = finished_when(lambda progress: progress.phase == phase, "auto")

    tried = [entry for entry in result.leaderboard if entry.score is not None]
    assert [entry.algorithm for entry in tried] == [result.algorithm]
    untried = {entry.failure for entry in result.leaderboard if entry.score is None}
    assert untried == {STOPPED_EARLY}
    assert FINISHED_EARLY in result.notes
    assert result.metrics["test_r2"] is not None


@pytest.mark.parametrize("model_type", ["xgboost", "linear"])
def test_the_algorithm_that_was_asked_for_is_tried_in_any_case(model_type: str) -> None:
    result = finished_when(lambda _: True, model_type)

    assert result.algorithm == model_type
    assert FINISHED_EARLY in result.notes


def test_a_search_ends_with_the_best_trial_so_far() -> None:
    def third_trial(progress: Progress) -> bool:
        return progress.metrics.get("trial") == 3

    result = finished_when(third_trial, "xgboost")

    assert all(entry.score is not None for entry in result.leaderboard)
    assert FINISHED_EARLY in result.notes
    assert "n_estimators" in result.hyperparameters


def test_told_at_the_very_end_nothing_is_left_out() -> None:
    result = finished_when(lambda progress: progress.phase == TablePhase.EVALUATION, "linear")

    assert FINISHED_EARLY not in result.notes
    assert {entry.algorithm for entry in result.leaderboard} <= set(ALGORITHMS)
