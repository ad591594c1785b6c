"""Models that were fitted on folds of the rows answer where no time is left to fit on all."""

from dataclasses import replace

from pipeline.table.encoding.views import View
from pipeline.table.search.candidate import Candidate
from pipeline.table.search.choice import USUAL_PREDICT_MS, Choice
from pipeline.table.search.matrices import Matrices
from pipeline.table.search.model import Part, TableModel
from pipeline.table.search.problem import Problem

_MOST_FOLDS = 5


def by_folds(
    candidate: Candidate, choice: Choice, problem: Problem, matrices: Matrices
) -> tuple[dict[str, View], tuple[Part, ...]]:
    """The views and models of as many folds as predictions of ``choice`` have time for."""
    limit = problem.spec.max_predict_ms or USUAL_PREDICT_MS
    once = sum(one.predict_ms for one in choice.members)
    most = max(1, min(_MOST_FOLDS, int(limit / max(once, limit / _MOST_FOLDS))))
    views = {}
    parts = []
    for fold, learner in list(candidate.whole_models().items())[-most:]:
        key = f"{candidate.view}/{fold}"
        views[key] = matrices.get(fold, candidate.view).view
        parts.append(Part(key, learner))
    return views, tuple(parts)


def of_folds(choice: Choice, problem: Problem, matrices: Matrices) -> TableModel | None:
    """A model of what was fitted on folds alone; None if no member has such models."""
    views: dict[str, View] = {}
    members = {}
    for candidate in choice.members:
        if candidate.whole_models():
            more, members[candidate.name] = by_folds(candidate, choice, problem, matrices)
            views.update(more)
    if not members:
        return None
    total = sum(choice.weights[name] for name in members)
    shared = {name: choice.weights[name] / total for name in members}
    return TableModel(
        classes=problem.classes,
        views=views,
        members=members,
        blends={choice.name: replace(choice.blend, weights=shared)},
        chosen=choice.name,
    )
