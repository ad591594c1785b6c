"""Poisson regression with a ridge penalty, by Newton's method (McCullagh and Nelder 1989, 2.5)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

Array = NDArray[np.float64]

MOST_STEPS = 50
MOST_HALVINGS = 30
TOLERANCE = 1e-8
LARGEST_EXPONENT = 30.0


@dataclass(frozen=True, slots=True)
class LogLinear:
    """``exp(intercept + table @ coefficients)``."""

    intercept: float
    coefficients: Array

    def predict(self, table: Array) -> Array:
        """One value above 0 per row."""
        exponent = self.intercept + table @ self.coefficients
        return np.asarray(np.exp(np.minimum(exponent, LARGEST_EXPONENT)), dtype=np.float64)


def fit_log_linear(table: Array, values: Array, weights: Array, penalty: float) -> LogLinear:
    """The coefficients of the highest penalised likelihood; the intercept has no penalty.

    Parameters
    ----------
    table
        Shape ``(n, k)``.
    values
        Not below 0, shape ``(n,)``, with a sum above 0.
    weights
        How much each row counts.
    penalty
        Of half the sum of squared coefficients, beside the mean loss of a row.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the table has values that are not finite.
    """
    design = np.column_stack([np.ones(len(table)), table])
    if not np.isfinite(design).all():
        raise np.linalg.LinAlgError("the table of the regression has values that are not finite")
    share = weights / weights.sum()
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 0.0
    found = np.zeros(design.shape[1])
    found[0] = np.log(share @ values)

    def loss(at: Array) -> float:
        exponent = np.minimum(design @ at, LARGEST_EXPONENT)
        return float(share @ (np.exp(exponent) - values * exponent) + ridge @ at**2 / 2)

    reached = loss(found)
    for _ in range(MOST_STEPS):
        expected = np.exp(np.minimum(design @ found, LARGEST_EXPONENT))
        gradient = design.T @ (share * (expected - values)) + ridge * found
        curvature = (design * (share * expected)[:, None]).T @ design
        curvature[np.diag_indices_from(curvature)] += ridge + TOLERANCE
        step = cho_solve(cho_factor(curvature), gradient)
        before = reached
        for _ in range(MOST_HALVINGS):
            reached = loss(found - step)
            if reached <= before:
                break
            step /= 2
        found = found - step
        if before - reached <= TOLERANCE * max(abs(reached), 1.0):
            break
    return LogLinear(float(found[0]), found[1:])
