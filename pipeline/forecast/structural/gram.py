"""Least squares with normal and Laplace priors, from the products of the columns alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotrs

from pipeline.forecast.structural.lasso import lasso
from pipeline.forecast.structural.layout import NOISE_SD

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

LEAST_NOISE = 1e-9
# Shares of the mean diagonal that are added where rounding has made a matrix indefinite.
_JITTERS = (0.0, 1e-14, 1e-12, 1e-10, 1e-8)


@dataclass(frozen=True, slots=True)
class Gram:
    """Everything that the data say: products of the design's columns with each other and `y`.

    The first ``len(precisions)`` columns have normal priors with these precisions, the others
    Laplace priors of the scale ``1 / lasso_weight``.
    """

    products: Matrix
    with_y: Vector
    y_squared: float
    rows: int
    precisions: Vector
    lasso_weight: float

    @classmethod
    def of(cls, design: Matrix, y: Vector, prior_scales: Vector, laplace_scale: float) -> "Gram":
        """Take the products of a design, shape ``(n, p)``."""
        return cls(
            products=design.T @ design,
            with_y=design.T @ y,
            y_squared=float(y @ y),
            rows=len(y),
            precisions=prior_scales**-2,
            lasso_weight=1 / laplace_scale,
        )

    def coefficients(self, noise: float, start: Vector) -> tuple[Vector, Vector]:
        """The best coefficients with Laplace and with normal priors for a given noise.

        Raises
        ------
        numpy.linalg.LinAlgError
            If the design has values that are not finite.
        """
        count = len(self.precisions)
        ridge = self.products[:count, :count].copy()
        ridge.flat[:: count + 1] += noise**2 * self.precisions
        cross = self.products[:count, count:]
        eliminated = _solve(ridge, np.column_stack([cross, self.with_y[:count]]))
        curvature = self.products[count:, count:] - cross.T @ eliminated[:, :-1]
        slope = self.with_y[count:] - cross.T @ eliminated[:, -1]
        rates = lasso(curvature, slope, self.lasso_weight * noise**2, start)
        return rates, eliminated[:, -1] - eliminated[:, :-1] @ rates

    def likeliest_noise(self, rates: Vector, ridge: Vector) -> float:
        """The noise that makes these coefficients most probable."""
        both = np.concatenate([ridge, rates])
        squares = self.y_squared - 2 * self.with_y @ both + both @ self.products @ both
        return likeliest_noise(float(squares), self.rows)


def likeliest_noise(squares: float, rows: int) -> float:
    """The root of the derivative: ``4 s^4 + n s^2 = r`` for a half-normal prior of 0.5."""
    squares, weight = max(squares, 0.0), 1 / NOISE_SD**2
    variance = 2 * squares / (np.sqrt(rows**2 + 4 * weight * squares) + rows)
    return max(float(np.sqrt(variance)), LEAST_NOISE)


def _solve(matrix: Matrix, right: Matrix) -> Matrix:
    """Solve a positive definite system; the diagonal of ``matrix`` is raised where it needs it."""
    if not (np.isfinite(matrix).all() and np.isfinite(right).all()):
        raise np.linalg.LinAlgError("the columns have values that are not finite")
    scale, jitter = float(np.trace(matrix)) / len(matrix), 0.0
    for more in _JITTERS:
        matrix.flat[:: len(matrix) + 1] += (more - jitter) * scale
        jitter = more
        factor, failed = dpotrf(matrix, lower=1)
        if not failed:
            return np.asarray(dpotrs(factor, right, lower=1)[0])
    raise np.linalg.LinAlgError("the columns depend on each other")
