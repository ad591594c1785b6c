"""The matrices of each fold as each kind of view shows them, made once while memory allows."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from pipeline.table.encoding.views import View, make_view
from pipeline.table.learners.learner import Part, ViewKind
from pipeline.table.scores import Array
from pipeline.table.search.problem import Problem

_MOST_BYTES = 1024**3
_BYTES_PER_CELL = 2 * 4


@dataclass(frozen=True, slots=True)
class FoldMatrices:
    """One fold in one view, which has learned from the rows to fit on only."""

    view: View
    fit: Part
    judge: Part
    test: Array

    @property
    def nbytes(self) -> int:
        return self.fit.matrix.nbytes + self.judge.matrix.nbytes + self.test.nbytes


class Matrices:
    """Makes matrices of ``problem``, and keeps those that were used last; several threads may ask
    for matrices of different folds at once."""

    def __init__(self, problem: Problem, most_bytes: int = _MOST_BYTES) -> None:
        self._problem = problem
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[int, ViewKind], FoldMatrices] = OrderedDict()
        self._lock = Lock()

    def get(self, fold: int, kind: ViewKind) -> FoldMatrices:
        with self._lock:
            made = self._kept.pop((fold, kind), None)
        made = made or self._make(fold, kind)
        with self._lock:
            self._kept[fold, kind] = made
            self._shrink()
        return made

    def bytes_of(self, fold: int) -> int:
        """What the matrices of a fold take while they are made: the rows taken, and their view."""
        problem, rows = self._problem, self._problem.ladder.folds[fold]
        cells = (len(rows.fit) + len(rows.judge) + len(problem.test)) * problem.shape(0).columns
        return _BYTES_PER_CELL * cells

    def _make(self, fold: int, kind: ViewKind) -> FoldMatrices:
        problem, rows = self._problem, self._problem.ladder.folds[fold]
        view = make_view(kind, problem.layout, classes=problem.classes, seed=problem.spec.seed)
        target = problem.target[rows.fit]
        return FoldMatrices(
            view=view,
            fit=Part(view.fit_transform(problem.train.take(rows.fit), target), target),
            judge=Part(view.transform(problem.train.take(rows.judge)), problem.target[rows.judge]),
            test=view.transform(problem.test),
        )

    def _shrink(self) -> None:
        while len(self._kept) > 1 and self._size() > self._most_bytes:
            self._kept.popitem(last=False)

    def _size(self) -> int:
        return sum(one.nbytes for one in self._kept.values())
