"""Smooth functions of single columns for linear models: cubic splines on even knots.

The columns are those of a view whose numbers are normally distributed, so even knots between -3
and 3 suit all of them, and a row's basis is one expression without a loop over columns.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from pipeline.table.learners.learner import Array

_REACH = 3.0
_KNOTS = 7
_FEWEST_VALUES = 10
_SAMPLE = 2_000


@dataclass(frozen=True, slots=True)
class Bumps:
    """The basis of ``columns``, beside all columns as they are."""

    columns: npt.NDArray[np.int64]

    @classmethod
    def of(cls, matrix: Array) -> Self:
        """A basis for the columns with enough different values."""
        sample = matrix[:_SAMPLE]
        counts = [len(np.unique(column)) for column in sample.T]
        return cls(np.flatnonzero(np.asarray(counts) > _FEWEST_VALUES))

    def spread(self, matrix: Array) -> Array:
        """The matrix with the basis of each column behind it."""
        width = 2 * _REACH / (_KNOTS - 1)
        places = np.clip(matrix[:, self.columns], -_REACH, _REACH) / width
        knots = np.arange(_KNOTS, dtype=matrix.dtype) - (_KNOTS - 1) / 2
        away = np.abs(places[:, :, None] - knots.astype(matrix.dtype))
        near = (4.0 - 6.0 * away**2 + 3.0 * away**3) / 6.0
        far = np.maximum(2.0 - away, 0.0) ** 3 / 6.0
        basis = np.where(away < 1.0, near, far).astype(matrix.dtype)
        return np.hstack([matrix, basis.reshape(len(matrix), -1)])
