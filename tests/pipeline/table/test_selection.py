import logging

import numpy as np
import pytest

from pipeline.errors import InvalidDataError
from pipeline.progress import ignore_progress
from pipeline.table.algorithms import ALGORITHMS
from pipeline.table.fitting import Fitter, Part
from pipeline.table.phases import PhaseReporter
from pipeline.table.selection import Fold, choose, compare

FITTER = Fitter(ml_task="regression", seed=0, threads=1)


def fold(rows: int, *, spoiled: bool = False) -> Fold:
    matrix = np.random.default_rng(0).normal(size=(rows, 2))
    target = matrix[:, 0].copy()
    if spoiled:
        matrix[0, 0] = np.nan
    return Fold(Part(matrix, target), Part(matrix, target))


def test_the_best_score_comes_first_and_is_chosen():
    reporter = PhaseReporter(ignore_progress)
    names = ("baseline", "linear", "knn")
    board = choose(compare(names, FITTER, [fold(60)], "r2", 60, reporter), names)
    assert [entry.algorithm for entry in board] == ["linear", "knn", "baseline"]
    assert [entry.is_chosen for entry in board] == [True, False, False]


def test_only_what_was_asked_for_can_be_chosen():
    names = ("baseline", "linear")
    board = compare(names, FITTER, [fold(60)], "r2", 60, PhaseReporter(ignore_progress))
    chosen = [entry.algorithm for entry in choose(board, ("baseline",)) if entry.is_chosen]
    assert chosen == ["baseline"]


def test_an_algorithm_that_cannot_fit_leaves_the_comparison_with_its_reason(caplog):
    """Linear models refuse missing values, histogram boosting does not."""
    names = ("linear", "hist_gradient_boosting")
    spoiled = [fold(60, spoiled=True)]
    with caplog.at_level(logging.WARNING):
        board = compare(names, FITTER, spoiled, "r2", 60, PhaseReporter(ignore_progress))
    assert [entry.algorithm for entry in board] == ["hist_gradient_boosting", "linear"]
    assert board[1].failure.startswith("ValueError: Input X contains NaN")
    assert caplog.records[0].exc_info is not None
    with pytest.raises(InvalidDataError, match=r"No algorithm could learn .*linear: ValueError"):
        choose(board, ("linear",))


def test_what_is_not_practical_is_not_tried():
    rows = ALGORITHMS["knn"].max_rows + 1
    board = compare(("knn",), FITTER, [fold(9)], "r2", rows, PhaseReporter(ignore_progress))
    assert board[0].failure == "not tried on more than 100,000 training rows"
