"""Products of matrices whose rows do not depend, to the last bit, on which other rows are there.

Linear algebra libraries sum in another order for another number of rows; here every product has
the same number of them, the last one filled up with zeros.
"""

import numpy as np

from pipeline.table.learners.learner import Array

_BLOCK = 16


def product(matrix: Array, weights: Array) -> Array:
    """``matrix @ weights``, each row as if it were alone."""
    rows, columns = matrix.shape
    blocks = -(-rows // _BLOCK)
    if rows % _BLOCK:
        padded = np.zeros((blocks * _BLOCK, columns), dtype=matrix.dtype)
        padded[:rows] = matrix
        matrix = padded
    answer = np.matmul(matrix.reshape(blocks, _BLOCK, columns), weights)
    return answer.reshape(blocks * _BLOCK, weights.shape[1])[:rows]


def shares(scores: Array) -> Array:
    """Probabilities from the scores of classes, one column per class (softmax)."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
