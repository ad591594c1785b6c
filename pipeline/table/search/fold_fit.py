"""One fit of one candidate on one fold, watched, timed and measured."""

import pickle
import time
from typing import Any

import numpy as np

from pipeline.table.learners.learner import FittedLearner, OnStep, Part, Step
from pipeline.table.scores import decided_accuracy
from pipeline.table.search.candidate import Candidate, FoldFit
from pipeline.table.search.matrices import FoldMatrices, Matrices
from pipeline.table.search.problem import Problem

_TRAIN_ROWS_JUDGED = 2_000
_OVERTIME = 1.5
_REPEATS = 3
_SLOW_MS = 20.0


class OutOfTimeError(Exception):
    """A fit has taken far longer than it was given."""


class NotFiniteError(ValueError):
    """A model predicts something that is not a number."""

    def __init__(self) -> None:
        super().__init__("its predictions are not finite numbers")


def fit_fold(
    candidate: Candidate,
    fold: int,
    problem: Problem,
    matrices: Matrices,
    *,
    threads: int,
    seconds: float | None,
    on_step: OnStep,
) -> tuple[FoldFit, FittedLearner]:
    """Fit ``candidate`` on ``fold``, with at most about ``seconds`` for it."""
    start = time.perf_counter()
    shown = matrices.get(fold, candidate.view)
    order = problem.order(shown.view.categories, problem.spec.seed + fold, seconds, threads)
    watched = on_step if seconds is None else _with_deadline(on_step, start, seconds)
    stops_early = problem.ladder.folds[fold].stops_early
    rows = len(shown.fit.target)
    learning_from = time.perf_counter()
    model = candidate.family.fit(
        candidate.parameters if stops_early else candidate.without_validation(rows),
        shown.fit,
        order,
        watched,
        validation=shown.judge if stops_early else None,
    )
    learning_seconds = time.perf_counter() - learning_from
    judged, tested = model.predict(shown.judge.matrix), model.predict(shown.test)
    if not (np.isfinite(judged).all() and np.isfinite(tested).all()):
        raise NotFiniteError
    fitted_at = time.perf_counter()
    task = problem.spec.ml_task
    some = _some(shown.fit)
    fit = FoldFit(
        judged=judged.astype(np.float32) if problem.classes else judged,
        tested=tested,
        rows=rows,
        seconds=fitted_at - start,
        rounds=model.rounds,
        predict_ms=one_row_ms(model, shown),
        size_bytes=None if candidate.fits else pickled_bytes(model),
        train_accuracy=decided_accuracy(task, some.target, model.predict(some.matrix)),
        validation_accuracy=decided_accuracy(task, shown.judge.target, judged),
        learning_seconds=learning_seconds,
    )
    return fit, model


def one_row_ms(model: FittedLearner, shown: FoldMatrices) -> float:
    """Milliseconds of one prediction, the quickest of a few."""
    row = np.ascontiguousarray(shown.judge.matrix[:1])
    quickest = np.inf
    for _ in range(_REPEATS):
        start = time.perf_counter()
        model.predict(row)
        quickest = min(quickest, 1000 * (time.perf_counter() - start))
        if quickest > _SLOW_MS:
            break
    return float(quickest)


def pickled_bytes(thing: Any) -> int:
    """The size of ``thing`` once it is stored, without keeping a copy of it."""
    counter = _Counter()
    pickle.Pickler(counter, protocol=pickle.HIGHEST_PROTOCOL).dump(thing)
    return counter.total


class _Counter:
    """A file that only counts."""

    total = 0

    def write(self, content: Any) -> int:
        size = memoryview(content).nbytes
        self.total += size
        return size


def _some(part: Part) -> Part:
    """A few of the rows, evenly spread."""
    step = max(1, len(part.target) // _TRAIN_ROWS_JUDGED)
    return Part(np.ascontiguousarray(part.matrix[::step]), part.target[::step])


def _with_deadline(on_step: OnStep, start: float, seconds: float) -> OnStep:
    """A family that does not keep to its time is stopped at a step."""

    def watched(step: Step) -> None:
        on_step(step)
        if time.perf_counter() - start > _OVERTIME * seconds + 0.5 and step.iteration < step.total:
            raise OutOfTimeError

    return watched
