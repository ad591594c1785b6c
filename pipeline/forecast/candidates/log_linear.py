"""Poisson regression with a ridge penalty, by Newton's method (McCullagh and Nelder 1989, 2.5)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.positive import solved

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


def fit_log_linear(
    table: Array, values: Array, weights: Array, penalty: Array | float, indicators: int = 0
) -> LogLinear:
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
        Of half the sum of squared coefficients, beside the mean loss of a row; one for all, or one
        for each column.
    indicators
        Of so many first columns at most one is 1 in each row, the others are 0.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the table has values that are not finite.
    """
    design = np.column_stack([table, np.ones(len(table))])
    if not np.isfinite(design).all():
        raise np.linalg.LinAlgError("the table of the regression has values that are not finite")
    share = weights / weights.sum()
    ridge = np.append(np.broadcast_to(penalty, table.shape[1]), 0.0)
    found = np.zeros(design.shape[1])
    found[-1] = np.log(share @ values)
    exponent = design @ found

    def loss(at: Array, exponent: Array) -> float:
        exponent = np.minimum(exponent, LARGEST_EXPONENT)
        return float(share @ (np.exp(exponent) - values * exponent) + ridge @ at**2 / 2)

    reached = loss(found, exponent)
    for _ in range(MOST_STEPS):
        expected = np.exp(np.minimum(exponent, LARGEST_EXPONENT))
        gradient = design.T @ (share * (expected - values)) + ridge * found
        step = _newton_step(design, share * expected, ridge + TOLERANCE, gradient, indicators)
        before, change = reached, design @ step
        for _ in range(MOST_HALVINGS):
            reached = loss(found - step, exponent - change)
            if reached <= before:
                break
            step, change = step / 2, change / 2
        found, exponent = found - step, exponent - change
        if before - reached <= TOLERANCE * max(abs(reached), 1.0):
            break
    return LogLinear(float(found[-1]), found[:-1])


def _newton_step(
    design: Array, weights: Array, ridge: Array, gradient: Array, indicators: int
) -> Array:
    """The solution of the normal equations; the block of the indicators is diagonal and goes
    first."""
    others = design[:, indicators:]
    weighted = others * weights[:, None]
    curvature = weighted.T @ others
    curvature.flat[:: len(curvature) + 1] += ridge[indicators:]
    alone = weights @ design[:, :indicators] + ridge[:indicators]
    crossed = design[:, :indicators].T @ weighted
    share = crossed / alone[:, None]
    rest = curvature - crossed.T @ share
    found = solved(rest, gradient[indicators:] - share.T @ gradient[:indicators])
    return np.concatenate([(gradient[:indicators] - crossed @ found) / alone, found])
