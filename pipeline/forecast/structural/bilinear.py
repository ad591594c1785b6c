"""A model in which columns multiply the trend, and the moves towards its mode."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.structural.gram import Gram, likeliest_noise
from pipeline.forecast.structural.layout import Layout

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_SHARES = np.concatenate([[1.0], 1.5 ** -np.arange(1.0, 30.0), [1.25, 1.5]])
_RATIOS = np.exp(np.linspace(-1.0, 1.0, 81))
# The share of a column of ones that columns must explain to make its size a matter of priors.
_LIKE_A_CONSTANT = 0.8


@dataclass(frozen=True, slots=True)
class Point:
    """Coefficients of trend (rate, offset, rate changes) and columns, and the noise."""

    trend: Vector
    beta: Vector
    noise: float


@dataclass(frozen=True, slots=True)
class Bilinear:
    """``y = (T a) * (1 + F b) + A b``, with normal priors and Laplace priors of the rate changes.

    ``F`` and ``A`` have each the columns that multiply or are added, and ``b`` those of both.
    ``constant`` are coefficients with which the columns of ``F`` form a column of ones, if they
    can.
    """

    layout: Layout
    trend_columns: Matrix
    factors: Matrix
    added: Matrix
    trend_precisions: Vector
    precisions: Vector
    constant: Vector | None

    @classmethod
    def of(cls, layout: Layout) -> "Bilinear":
        """Take a layout apart."""
        changes = layout.bends
        scales = np.array(layout.trend_scales)
        every = layout.multiplies.all()
        return cls(
            layout=layout,
            trend_columns=np.column_stack([layout.trend_columns, changes]),
            factors=layout.columns if every else layout.columns[:, layout.multiplies],
            added=layout.columns[:, ~layout.multiplies],
            trend_precisions=np.concatenate([scales**-2.0, np.zeros(changes.shape[1])]),
            precisions=layout.prior_scales**-2,
            constant=_constant(layout),
        )

    @property
    def ridged(self) -> int:
        """How many coefficients of the trend have normal priors."""
        return len(self.layout.trend_scales)

    def trend(self, point: Point) -> Vector:
        """The scaled trend."""
        return np.asarray(self.trend_columns @ point.trend)

    def factor(self, point: Point) -> Vector:
        """What the trend is multiplied by."""
        return 1 + self._multiplied(point.beta)

    def residuals(self, point: Point) -> Vector:
        """What a point leaves unexplained."""
        explained = self.trend(point) * self.factor(point) + self._sum_added(point.beta)
        return np.asarray(self.layout.y - explained)

    def density(self, point: Point) -> float:
        """The logarithm of the posterior density, up to a constant."""
        rest = self.residuals(point)
        penalty = self._penalties(point.trend[None, :], point.beta[None, :])[0]
        likelihood = -len(rest) * np.log(point.noise) - rest @ rest / (2 * point.noise**2)
        return float(likelihood - penalty - 2 * point.noise**2)

    def step(self, point: Point) -> Point:
        """The mode of the model that is linear around ``point``, for its noise."""
        trend, factor, layout = self.trend(point), self.factor(point), self.layout
        count = self.ridged
        gram = Gram.of(
            self._design(trend[:, None], factor[:, None]),
            layout.y + trend * (factor - 1),
            np.concatenate([layout.trend_scales, layout.prior_scales]),
            layout.changepoint_scale,
        )
        rates, ridge = gram.coefficients(point.noise, point.trend[count:])
        return Point(np.concatenate([ridge[:count], rates]), ridge[count:], point.noise)

    def towards(self, point: Point, goal: Point) -> Point:
        """The best of some points on the line from ``point`` through ``goal``."""
        by_trend, by_beta = goal.trend - point.trend, goal.beta - point.beta
        more_trend, more_factor = self.trend_columns @ by_trend, self._multiplied(by_beta)
        once = more_trend * self.factor(point) + self.trend(point) * more_factor
        parts = np.stack(
            [
                self.residuals(point),
                -(once + self._sum_added(by_beta)),
                -more_trend * more_factor,
            ]
        )
        trends = point.trend + _SHARES[:, None] * by_trend
        betas = point.beta + _SHARES[:, None] * by_beta
        return self._best(trends, betas, _squares(parts, _SHARES), point.noise)

    def rescaled(self, point: Point) -> Point:
        """The best of the points where the trend is ``c`` times and the factors are 1/c of these.

        Where the columns can form a constant, these points fit alike and only the priors tell them
        apart; straight steps would follow that curve in very small pieces.
        """
        if self.constant is None:
            return point
        excess = self.trend(point) * (self._multiplied(self.constant) - 1)
        squares = _squares(np.stack([self.residuals(point), -excess]), 1 - _RATIOS)
        ratios = np.where(self.layout.multiplies, 1 / _RATIOS[:, None], 1.0)
        betas = ratios * point.beta + (ratios - 1) * self.constant
        return self._best(_RATIOS[:, None] * point.trend, betas, squares, point.noise)

    def _multiplied(self, beta: Vector) -> Vector:
        return np.asarray(self.factors @ beta[self.layout.multiplies])

    def _sum_added(self, beta: Vector) -> Vector:
        return np.asarray(self.added @ beta[~self.layout.multiplies])

    def _design(self, trend: Matrix, factor: Matrix) -> Matrix:
        """What moves with each coefficient: rate and offset, columns, rate changes."""
        count, width = self.ridged, len(self.layout.multiplies)
        design = np.empty((len(trend), self.trend_columns.shape[1] + width))
        np.multiply(self.trend_columns[:, :count], factor, out=design[:, :count])
        np.multiply(self.trend_columns[:, count:], factor, out=design[:, count + width :])
        by_beta = design[:, count : count + width]
        if self.layout.multiplies.all():
            np.multiply(self.factors, trend, out=by_beta)
        else:
            by_beta[:, self.layout.multiplies] = self.factors * trend
            by_beta[:, ~self.layout.multiplies] = self.added
        return design

    def _best(self, trends: Matrix, betas: Matrix, squares: Vector, noise: float) -> Point:
        """The most probable of some points, one per row, with the noise that suits it."""
        cost = squares / (2 * noise**2) + self._penalties(trends, betas)
        best = int(np.argmin(cost))
        noise = likeliest_noise(float(squares[best]), len(self.layout.y))
        return Point(trends[best], betas[best], noise)

    def _penalties(self, trends: Matrix, betas: Matrix) -> Vector:
        """What the priors say of coefficients, one point per row."""
        normal = (trends**2 @ self.trend_precisions + betas**2 @ self.precisions) / 2
        changes = np.abs(trends[:, self.ridged :]).sum(axis=1)
        return np.asarray(normal + changes / self.layout.changepoint_scale)


def _squares(parts: Matrix, shares: Vector) -> Vector:
    """Sums of squares of the polynomials in the shares whose coefficients are the rows."""
    powers = shares[:, None] ** np.arange(float(len(parts)))
    return np.asarray(((powers @ (parts @ parts.T)) * powers).sum(axis=1))


def _constant(layout: Layout) -> Vector | None:
    columns = layout.columns[:, layout.multiplies]
    sums, products = columns.sum(axis=0), columns.T @ columns
    products.flat[:: len(products) + 1] += 1e-9 * np.trace(products) / len(products)
    found = np.linalg.solve(products, sums)
    if found @ sums < _LIKE_A_CONSTANT * len(columns):
        return None
    whole = np.zeros(len(layout.multiplies))
    whole[layout.multiplies] = found
    return whole
