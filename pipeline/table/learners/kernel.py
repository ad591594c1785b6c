"""Smooth functions of all columns together, for small tables.

A kernel machine in the form of Nyström: each row is described by how near it is to some of the
training rows, and a linear model with a well chosen penalty learns from that. With few rows all
of them are such landmarks, and the result is that of kernel ridge or kernel logistic regression.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.table.learners import logistic, ridge
from pipeline.table.learners.family import BaseFamily, Grown
from pipeline.table.learners.learner import Array, Parameters, Shape, ViewKind
from pipeline.table.learners.linear import Weights
from pipeline.table.learners.pace import Pace
from pipeline.table.learners.steady import product
from pipeline.table.learners.targets import Problem

_MOST_ROWS = 5_000
_LANDMARKS = 500
_REACH = 4.0
_NOISE = 1e-6


class Kernel(BaseFamily):
    """Gaussian kernel with a linear part."""

    name = "kernel"
    title = "kernel machine"
    view = ViewKind.SMOOTH

    def portfolio(self, shape: Shape) -> Sequence[Parameters]:
        if shape.rows > _MOST_ROWS:
            return ()
        plain: list[Parameters] = [{"width": 1.0}, {"width": 2.5}, {"width": 0.5}]
        return [{"width": 1.5, "log_target": True}, *plain] if shape.is_skewed else plain

    def memory_bytes(self, shape: Shape, parameters: Parameters) -> int:  # noqa: ARG002 - protocol
        return 8 * 4 * shape.rows * (_LANDMARKS + shape.columns)

    def grow(self, parameters: Parameters, problem: Problem, pace: Pace) -> Grown:
        matrix = problem.train.matrix
        nearness = _Nearness.of(matrix, float(parameters["width"]), pace.order.seed)
        seen = nearness.of_rows(matrix)
        target = problem.train.target
        if problem.classes:
            found, offsets = logistic.weights({}, seen, target, problem.classes, pace)
        else:
            found, offsets = ridge.weights({}, seen, target, pace)
        pace.goes_on(1, 1)
        return Grown(_Machine(nearness, Weights(found, offsets, None, problem.classes)))


@dataclass(frozen=True, slots=True)
class _Nearness:
    """How near rows are to the landmarks, turned so that plain penalties fit the kernel."""

    landmarks: Array
    turn: Array
    scale: float

    @classmethod
    def of(cls, matrix: Array, width: float, seed: int) -> "_Nearness":
        rng = np.random.default_rng(seed)
        count = min(_LANDMARKS, len(matrix))
        rows = np.sort(rng.choice(len(matrix), count, replace=False))
        landmarks = _calm(matrix[rows])
        distances = _distances(landmarks, landmarks)
        usual = float(np.median(distances[distances > 0])) if (distances > 0).any() else 1.0
        scale = 1.0 / (width**2 * usual)
        values, vectors = np.linalg.eigh(np.exp(-distances * scale))
        real = values > _NOISE * values[-1]
        turn = vectors[:, real] / np.sqrt(values[real])
        return cls(landmarks, np.ascontiguousarray(turn), scale)

    def of_rows(self, matrix: Array) -> Array:
        rows = _calm(matrix)
        near = np.exp(-_distances(rows, self.landmarks) * self.scale)
        spread = np.sqrt(rows.shape[1])
        return np.hstack([product(near, self.turn), rows / spread])


@dataclass(frozen=True, slots=True)
class _Machine:
    nearness: _Nearness
    weights: Weights

    def output(self, matrix: Array) -> Array:
        return self.weights.output(self.nearness.of_rows(matrix))


def _calm(matrix: Array) -> Array:
    return np.clip(np.asarray(matrix, dtype=np.float64), -_REACH, _REACH)


def _distances(left: Array, right: Array) -> Array:
    """Squared distances of all pairs."""
    inside = product(left, np.ascontiguousarray(right.T))
    squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1) - 2.0 * inside
    return np.asarray(np.maximum(squares, 0.0))
