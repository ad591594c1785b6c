"""Systems of equations with a positive definite matrix."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dposv

Array = NDArray[np.float64]


def solved(matrix: Array, wanted: Array) -> Array:
    """The solution, also where rounding has made the matrix a little less than positive definite.

    Most are so small that NumPy's own way takes several times as long to get there.
    """
    if not len(matrix):
        return wanted
    _, found, failed = dposv(matrix, wanted)
    return np.asarray(np.linalg.solve(matrix, wanted) if failed else found)
