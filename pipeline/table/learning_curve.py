"""What more rows bring: the quickest good member of a model, learned from parts of the rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.table.encoding.views import make_view
from pipeline.table.learners.learner import Part, Step
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.scores import Array
from pipeline.table.search.candidate import Candidate
from pipeline.table.search.choice import Choice
from pipeline.table.search.clock import scaled
from pipeline.table.search.failures import FIT_FAILURES
from pipeline.table.search.problem import Problem
from pipeline.table.split import sample_rows

_SHARES = (0.125, 0.25, 0.5, 1.0)
_FEWEST_ROWS = 30
_FEWEST_POINTS = 2
_LEAST_WEIGHT = 0.1

Curve = list[dict[str, float | int | None]]


def learning_curve(
    choice: Choice,
    problem: Problem,
    test_target: Array,
    *,
    seconds: float,
    reporter: PhaseReporter,
) -> Curve:
    """Scores on the test rows by number of training rows.

    Returns
    -------
    list of dict
        With ``rows`` and ``score``, a value of the selection metric. It ends where the fits are
        likely to take more than ``seconds`` together; it is empty if not two do not, or if one of
        them fails.
    """
    candidate = _quickest(choice)
    rows = len(problem.train)
    sizes = [size for share in _SHARES if (size := round(share * rows)) >= _FEWEST_ROWS]
    largest = candidate.largest
    each = [scaled(largest.seconds, largest.rows, size) for size in sizes]
    try:
        return [
            _point(candidate, problem, size, test_target, reporter)
            for size in within(seconds, sizes, each)
        ]
    except FIT_FAILURES as error:
        if reporter.ordered(error):
            raise
        return []


def within(seconds: float, sizes: Sequence[int], each: Sequence[float]) -> list[int]:
    """The first of ``sizes`` that take no more than ``seconds`` together, by what each takes; none
    if that is a single one of several."""
    affordable = int(np.searchsorted(np.cumsum(each), seconds, side="right"))
    return list(sizes[:affordable]) if affordable >= min(_FEWEST_POINTS, len(sizes)) else []


def _quickest(choice: Choice) -> Candidate:
    heavy = [one for one in choice.members if choice.weights[one.name] >= _LEAST_WEIGHT]
    return min(heavy or choice.members, key=lambda one: one.largest.seconds)


def _point(
    candidate: Candidate,
    problem: Problem,
    size: int,
    test_target: Array,
    reporter: PhaseReporter,
) -> dict[str, float | int | None]:
    seed = problem.spec.seed
    chosen = sample_rows(problem.target, size, is_classes=problem.classes > 0, seed=seed)
    target = problem.target[chosen]
    view = make_view(candidate.view, problem.layout, classes=problem.classes, seed=seed)
    matrix = view.fit_transform(problem.train.take(chosen), target)

    def on_step(_: Step) -> None:
        reporter.report(TablePhase.EVALUATION, 0.4, "Learning from parts of the rows")

    learner: Any = candidate.family.fit(
        candidate.without_validation(len(chosen)),
        Part(matrix, target),
        problem.order(view.categories, seed, None, problem.spec.threads),
        on_step,
    )
    loss = problem.metric.loss(test_target, learner.predict(view.transform(problem.test)))
    score = problem.metric.value(loss) if np.isfinite(loss) else None
    return {"rows": len(chosen), "score": score}
