"""What is kept for the fits on all rows, and how the rest is shared out."""

import numpy as np
import pytest

from pipeline.table.learners.families import FAMILIES
from pipeline.table.search.candidate import Candidate, FoldFit
from pipeline.table.search.clock import Clock
from pipeline.table.search.pacing import Pacing

ALL_ROWS, FOLD_ROWS = 15_000, 10_000


def pacing(now: float = 0.0, budget: float = 100.0) -> Pacing:
    return Pacing(Clock(0.0, budget, now=lambda: now), ending=0.0, spare=0.0, all_rows=ALL_ROWS)


def candidate(rounds: int | None, seconds: float = 10.0, learning: float | None = 6.0) -> Candidate:
    fit = FoldFit(
        judged=np.empty(0),
        tested=np.empty(0),
        rows=FOLD_ROWS,
        seconds=seconds,
        rounds=rounds,
        predict_ms=1.0,
        size_bytes=1,
        train_accuracy=1.0,
        validation_accuracy=1.0,
        learning_seconds=learning,
    )
    return Candidate(name="one", family=FAMILIES["xgboost"], parameters={}, fits={0: fit})


def test_what_is_free_is_shared_by_those_that_wait():
    assert pacing().fair_share(4, to_leave=0.0) == pytest.approx(0.25)
    assert pacing().fair_share(4, to_leave=60.0) == pytest.approx(0.1)


def test_who_is_last_takes_what_the_others_left():
    used = pacing(now=30.0)
    assert used.fair_share(1, to_leave=60.0) * used.left() == pytest.approx(10.0)


def test_little_is_left_to_who_comes_too_late():
    assert 0 < pacing(now=50.0).fair_share(2, to_leave=60.0) < 0.05


def test_a_fit_on_all_rows_makes_no_predictions():
    assert pacing().refit_seconds(candidate(rounds=100)) == pytest.approx(9.0)
    assert pacing().refit_seconds(candidate(rounds=100, learning=None)) == pytest.approx(15.0)


def test_without_rounds_the_cost_grows_faster_than_the_rows():
    assert pacing().refit_seconds(candidate(rounds=None)) > 9.0


def test_what_is_kept_for_fits_on_all_rows_is_not_left_for_the_search():
    kept = pacing()
    kept.keep_for_refit([candidate(rounds=100)])
    assert 80 < kept.left() < 91
