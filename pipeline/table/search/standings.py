"""How candidates compare: their losses on the same rows, and how far each is from the best."""

import math
from collections.abc import Iterable, Sequence

from pipeline.table.scores import Array
from pipeline.table.search.candidate import Candidate
from pipeline.table.search.problem import Problem

_NO_GAP = 1e-12
_CHANCE = 2.0
"""The losses of good candidates and of references differ by chance by about the loss over the root
of the rows: what is smaller than twice that says little."""


class Standings:
    """The losses of candidates on the rungs of a ladder."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._targets: dict[tuple[int, ...], Array] = {}
        self._losses: dict[tuple[str, tuple[int, ...]], float] = {}

    def loss(self, candidate: Candidate, folds: Sequence[int]) -> float:
        """The loss over the judging rows of ``folds``; infinite if one was not fitted."""
        if candidate.failure or not candidate.covers(folds):
            return math.inf
        key = candidate.name, tuple(folds)
        if key not in self._losses:
            predicted = candidate.judged(folds)
            self._losses[key] = self._problem.metric.loss(self._target(tuple(folds)), predicted)
        return self._losses[key]

    def ranked(self, candidates: Iterable[Candidate], folds: Sequence[int]) -> list[Candidate]:
        """Those that were fitted on all of ``folds``, the best first."""
        fitted = [one for one in candidates if self.loss(one, folds) < math.inf]
        return sorted(fitted, key=lambda one: self.loss(one, folds))

    def gap(
        self, candidate: Candidate, candidates: Iterable[Candidate], folds: Sequence[int]
    ) -> float:
        """Where the candidate is between the best (0) and the best reference (1) on ``folds``.

        Where these two are no further apart than chance may bring them, it counts that much
        instead: else nobody but the luckiest would be worth a second look on few rows.
        """
        everyone = [one for one in candidates if self.loss(one, folds) < math.inf]
        references = [self.loss(one, folds) for one in everyone if one.family.is_reference]
        best = min((self.loss(one, folds) for one in everyone), default=math.inf)
        own = self.loss(candidate, folds)
        if own <= best:
            return 0.0
        if not references:
            return math.inf
        reference = min(references)
        return (own - best) / max(reference - best, self._chance(reference, folds), _NO_GAP)

    def _chance(self, loss: float, folds: Sequence[int]) -> float:
        rows = len(self._target(tuple(folds)))
        size = abs(loss) if self._problem.metric.smaller_is_better else 1.0
        return _CHANCE * size / math.sqrt(rows)

    def _target(self, folds: tuple[int, ...]) -> Array:
        if folds not in self._targets:
            self._targets[folds] = self._problem.judged_target(folds)
        return self._targets[folds]


def best_of_each_family(ranked: Iterable[Candidate]) -> list[Candidate]:
    """The first of each family, in the order of ``ranked``."""
    first: dict[str, Candidate] = {}
    for candidate in ranked:
        first.setdefault(candidate.family.name, candidate)
    return list(first.values())
