"""Least squares with a penalty, whose strength is chosen by leaving out each row once."""

import numpy as np

from pipeline.table.learners.learner import Array, Parameters
from pipeline.table.learners.pace import Pace

_PENALTIES = 10.0 ** np.arange(-8.0, 6.01, 0.5)
_SAMPLE = 20_000


def weights(
    parameters: Parameters, matrix: Array, target: Array, pace: Pace
) -> tuple[Array, Array]:
    """Weights, shape (columns, 1), and the offset.

    One decomposition answers for all penalties: of the smaller of the two products of the matrix
    with itself. With many rows the penalty is chosen on some of them.
    """
    penalty = parameters.get("penalty")
    if penalty is None:
        penalty = _best_penalty(*_sampled(matrix, target, pace.order.seed))
        pace.goes_on(1, 2)
    rows = len(matrix)
    return _solve(matrix, target, float(penalty) * rows)


def _sampled(matrix: Array, target: Array, seed: int) -> tuple[Array, Array]:
    if len(matrix) <= _SAMPLE:
        return matrix, target
    rows = np.random.default_rng(seed).choice(len(matrix), _SAMPLE, replace=False)
    return matrix[rows], target[rows]


def _best_penalty(matrix: Array, target: Array) -> float:
    """Penalty per row with the least squared error of rows that were left out (Allen's PRESS)."""
    rows = len(matrix)
    centered = np.asarray(matrix, dtype=np.float64)
    centered = centered - centered.mean(axis=0)
    goal = target - target.mean()
    left, squares = _left_vectors(centered)
    along = left.T @ goal
    outside = goal - left @ along
    losses = []
    for penalty in _PENALTIES:
        kept = squares / (squares + penalty * rows)
        residual = outside + left @ ((1.0 - kept) * along)
        own = 1.0 / rows + (left**2) @ kept
        losses.append(float(np.mean((residual / np.maximum(1.0 - own, 1e-3)) ** 2)))
    return float(_PENALTIES[int(np.argmin(losses))])


def _left_vectors(matrix: Array) -> tuple[Array, Array]:
    rows, columns = matrix.shape
    if columns <= rows:
        squares, right = np.linalg.eigh(matrix.T @ matrix)
        real = squares > squares[-1] * 1e-12
        return (matrix @ right[:, real]) / np.sqrt(squares[real]), squares[real]
    squares, left = np.linalg.eigh(matrix @ matrix.T)
    real = squares > squares[-1] * 1e-12
    return left[:, real], squares[real]


def _solve(matrix: Array, target: Array, penalty: float) -> tuple[Array, Array]:
    means = matrix.mean(axis=0, dtype=np.float64)
    centered = matrix - means
    goal = target - target.mean()
    rows, columns = matrix.shape
    if columns <= rows:
        inside = centered.T @ centered
        inside.flat[:: columns + 1] += penalty
        found = np.linalg.solve(inside, centered.T @ goal)
    else:
        inside = centered @ centered.T
        inside.flat[:: rows + 1] += penalty
        found = centered.T @ np.linalg.solve(inside, goal)
    return found[:, None], np.asarray([target.mean() - means @ found])
