"""Linear models: the best there is on few rows, and quick on many."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.table.learners import logistic, ridge
from pipeline.table.learners.bumps import Bumps
from pipeline.table.learners.family import BaseFamily, Grown
from pipeline.table.learners.learner import Array, Parameters, Shape, Trial, ViewKind
from pipeline.table.learners.pace import Pace
from pipeline.table.learners.steady import product, shares
from pipeline.table.learners.targets import Problem

_SPLINES = {"view": ViewKind.SMOOTH.value, "splines": True}


class Linear(BaseFamily):
    """Logistic or ridge regression."""

    name = "linear"
    title = "linear"
    view = ViewKind.DENSE

    def portfolio(self, shape: Shape) -> Sequence[Parameters]:
        plain: list[Parameters] = [{}, _SPLINES, {"view": ViewKind.SMOOTH.value}]
        if shape.is_skewed:
            return ({"log_target": True, **_SPLINES}, {"log_target": True}, *plain)
        return plain

    def suggest(self, trial: Trial, shape: Shape) -> Parameters | None:  # noqa: ARG002 - none
        return None

    def memory_bytes(self, shape: Shape, parameters: Parameters) -> int:
        columns = shape.columns * (8 if parameters.get("splines") else 1)
        smaller = min(shape.rows, columns)
        return 8 * (3 * shape.rows * columns + 4 * smaller**2)

    def grow(self, parameters: Parameters, problem: Problem, pace: Pace) -> Grown:
        matrix = problem.train.matrix
        bumps = Bumps.of(matrix) if parameters.get("splines") else None
        seen = np.asarray(matrix if bumps is None else bumps.spread(matrix), dtype=np.float64)
        target = problem.train.target
        if problem.classes:
            found, offsets = logistic.weights(parameters, seen, target, problem.classes, pace)
        else:
            found, offsets = ridge.weights(parameters, seen, target, pace)
        pace.goes_on(1, 1)
        return Grown(Weights(found, offsets, bumps, problem.classes))


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights per column with the offsets of the scores."""

    weights: Array
    offsets: Array
    bumps: Bumps | None
    classes: int

    def output(self, matrix: Array) -> Array:
        rows = np.asarray(matrix, dtype=np.float64)
        if self.bumps is not None:
            rows = self.bumps.spread(rows)
        scores = product(rows, self.weights) + self.offsets
        if not self.classes:
            return np.asarray(scores[:, 0])
        if scores.shape[1] == 1:
            return np.asarray(1.0 / (1.0 + np.exp(-np.clip(scores[:, 0], -500, 500))))
        return shares(scores)
