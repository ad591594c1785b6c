"""Told to finish, a training keeps the best that it has and says so."""

from collections.abc import Callable

import pytest

from pipeline.progress import Progress
from pipeline.table.phases import TablePhase
from pipeline.table.result import TableResult
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
        max_trials=3,
    )
    return train_table(shop_rows(), spec, on_progress=listen, should_finish=lambda: any(heard))


@pytest.mark.parametrize(
    "phase", [TablePhase.DATA_LOADING, TablePhase.PREPROCESSING, TablePhase.ALGORITHM_SELECTION]
)
def test_a_comparison_ends_with_the_first_algorithm_that_has_a_score(phase: TablePhase) -> None:
    result = finished_when(lambda progress: progress.phase == phase, "auto")

    tried = {entry.algorithm for entry in result.leaderboard if entry.score is not None}
    assert tried == {"baseline", result.algorithm}
    assert FINISHED_EARLY in result.notes
    assert result.metrics["test_r2"] is not None


def test_the_algorithm_that_was_asked_for_is_tried_in_any_case() -> None:
    result = finished_when(lambda _: True, "lightgbm")

    assert result.algorithm == "lightgbm"
    assert FINISHED_EARLY in result.notes


def test_a_search_ends_with_the_best_candidate_so_far() -> None:
    def second_candidate(progress: Progress) -> bool:
        return progress.metrics.get("candidates") == 3  # the first is the baseline

    result = finished_when(second_candidate, "linear")

    assert len([entry for entry in result.leaderboard if entry.algorithm == "linear"]) == 2
    assert FINISHED_EARLY in result.notes


def test_told_at_the_very_end_nothing_is_left_out() -> None:
    result = finished_when(lambda progress: progress.phase == TablePhase.EVALUATION, "linear")

    assert FINISHED_EARLY not in result.notes
    assert len([entry for entry in result.leaderboard if entry.algorithm == "linear"]) == 3
