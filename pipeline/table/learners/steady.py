"""Arithmetic whose result for a row does not depend, to the last bit, on the rows beside it."""

import numpy as np

from pipeline.table.learners.learner import Array


def product(matrix: Array, weights: Array) -> Array:
    """``matrix @ weights``, one row after the other.

    Linear algebra libraries sum in another order for another number of rows, even for another
    place of a row among them.
    """
    answer: Array = np.matmul(matrix[:, None, :], weights)[:, 0, :]
    return answer


def shares(scores: Array) -> Array:
    """Probabilities from the scores of classes, one column per class (softmax)."""
    powers: Array = np.exp(scores - scores.max(axis=1, keepdims=True))
    powers /= powers.sum(axis=1, keepdims=True)
    return powers
