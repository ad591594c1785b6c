"""Nearest neighbours: what the most similar rows were."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.table.learners.family import BaseFamily, Grown
from pipeline.table.learners.learner import Array, Parameters, Shape, Trial, ViewKind
from pipeline.table.learners.pace import Pace
from pipeline.table.learners.targets import Problem

_MOST_ROWS = 20_000
_CELLS_AT_ONCE = 4_000_000
_NEARER = 1e-6
_SPARE = 2


class Neighbours(BaseFamily):
    """The mean over the nearest rows, each by how near it is."""

    name = "knn"
    title = "nearest neighbours"
    view = ViewKind.SMOOTH

    def portfolio(self, shape: Shape) -> Sequence[Parameters]:
        if shape.rows > _MOST_ROWS:
            return ()
        usual = 20 if shape.rows > 1_000 else 10
        return ({"neighbours": usual}, {"neighbours": 3 * usual})

    def suggest(self, trial: Trial, shape: Shape) -> Parameters | None:
        if shape.rows > _MOST_ROWS:
            return None
        most = max(2, min(200, shape.rows // 3))
        return {"neighbours": trial.suggest_int("neighbours", 2, most, log=True)}

    def memory_bytes(self, shape: Shape, parameters: Parameters) -> int:  # noqa: ARG002 - protocol
        return 12 * shape.rows * shape.columns + 24 * _CELLS_AT_ONCE

    def grow(self, parameters: Parameters, problem: Problem, pace: Pace) -> Grown:
        rows = np.asarray(problem.train.matrix, dtype=np.float32)
        count = min(int(parameters["neighbours"]), len(rows))
        found = _Found(
            rows=rows,
            squares=(rows.astype(np.float64) ** 2).sum(axis=1),
            target=problem.train.target,
            count=count,
            classes=problem.classes,
        )
        pace.goes_on(1, 1)
        return Grown(found)


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows themselves: this family learns nothing else."""

    rows: Array
    squares: Array
    target: Array
    count: int
    classes: int

    def output(self, matrix: Array) -> Array:
        measured = _SPARE * self.count * self.rows.shape[1]
        size = max(1, _CELLS_AT_ONCE // max(len(self.rows), measured))
        parts = [
            self._some(np.asarray(matrix[start : start + size], dtype=np.float32))
            for start in range(0, len(matrix), size)
        ]
        return np.concatenate(parts) if parts else self._some(matrix)

    def _some(self, rows: Array) -> Array:
        near, squares = self._nearest(rows)
        weights = 1.0 / (np.sqrt(squares.astype(np.float64)) + _NEARER)
        weights /= weights.sum(axis=1, keepdims=True)
        if not self.classes:
            return np.asarray((self.target[near] * weights).sum(axis=1))
        answer = np.zeros((len(rows), self.classes))
        for number in range(self.classes):
            answer[:, number] = (weights * (self.target[near] == number)).sum(axis=1)
        share = 1.0 / (self.count + self.classes)
        return np.asarray((answer + share / self.classes) / (1.0 + share))

    def _nearest(self, rows: Array) -> tuple[Array, Array]:
        """The nearest rows and their squared distances.

        The quick distances of all depend, in their last bit, on the rows that are asked for
        together; so they only say which are worth to be measured one by one. In single precision
        the last bit could be as large as a distance where one column is far from 0.
        """
        quick = self.squares - 2.0 * (rows.astype(np.float64) @ self.rows.T.astype(np.float64))
        some = min(_SPARE * self.count, len(self.rows))
        near = np.sort(np.argpartition(quick, some - 1, axis=1)[:, :some], axis=1)
        squares = ((self.rows[near] - rows[:, None, :]) ** 2).sum(axis=2)
        first = np.argsort(squares, axis=1, kind="stable")[:, : self.count]
        return np.take_along_axis(near, first, axis=1), np.take_along_axis(squares, first, axis=1)
