"""The posterior mode of Prophet's additive model, exactly and without Stan.

For a given noise the mode is a least-squares problem with a ridge penalty (normal priors of rate,
offset and regressors) and a lasso penalty (Laplace prior of the rate changes). The ridge part is
eliminated from the Gram matrix; what is left, one number per changepoint, is solved by an active
set. Given the coefficients, the noise has a closed form; the two steps alternate.

Model: Taylor and Letham (2018), "Forecasting at Scale", The American Statistician 72(1). Active
set: Lee, Battle, Raina and Ng (2006), "Efficient sparse coding algorithms", NIPS 19, algorithm 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

RATE_SD = 5.0
OFFSET_SD = 5.0
NOISE_SD = 0.5
MOST_ROUNDS = 200
NOISE_TOLERANCE = 1e-10
LEAST_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class AdditiveModel:
    """Prophet's model with linear growth and additive terms, on its scaled series.

    Attributes
    ----------
    t
        Scaled time of the rows, shape ``(n,)``.
    changepoints
        Scaled times at which the rate may change, shape ``(s,)``.
    regressors
        Seasonalities, holidays and regressors, shape ``(n, k)``.
    prior_scales
        Standard deviations of the normal priors of their coefficients, shape ``(k,)``.
    changepoint_scale
        Scale of the Laplace prior of the rate changes.
    """

    t: Vector
    changepoints: Vector
    regressors: Matrix
    prior_scales: Vector
    changepoint_scale: float


@dataclass(frozen=True, slots=True)
class Mode:
    """The parameters under Prophet's names."""

    k: float
    m: float
    delta: Vector
    beta: Vector
    sigma_obs: float


def posterior_mode(model: AdditiveModel, y: Vector) -> Mode:
    """The most probable parameters given the scaled series ``y``, shape ``(n,)``.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the design has values that are not finite.
    """
    gram = _Gram.of(model, y)
    noise = max(float(np.std(y)), LEAST_NOISE)
    rates, ridge = gram.coefficients(noise, np.zeros(len(model.changepoints)))
    for _ in range(MOST_ROUNDS):
        before, noise = noise, gram.likeliest_noise(rates, ridge)
        if abs(noise - before) <= NOISE_TOLERANCE * before:
            break
        rates, ridge = gram.coefficients(noise, rates)
    return Mode(k=float(ridge[0]), m=float(ridge[1]), delta=rates, beta=ridge[2:], sigma_obs=noise)


def log_posterior(model: AdditiveModel, y: Vector, mode: Mode) -> float:
    """The logarithm of the posterior density at ``mode``, up to a constant."""
    residuals = y - _design(model) @ np.concatenate([[mode.k, mode.m], mode.beta, mode.delta])
    return float(
        -len(y) * np.log(mode.sigma_obs)
        - residuals @ residuals / (2 * mode.sigma_obs**2)
        - mode.k**2 / (2 * RATE_SD**2)
        - mode.m**2 / (2 * OFFSET_SD**2)
        - np.abs(mode.delta).sum() / model.changepoint_scale
        - (mode.beta**2 / (2 * model.prior_scales**2)).sum()
        - mode.sigma_obs**2 / (2 * NOISE_SD**2)
    )


def _design(model: AdditiveModel) -> Matrix:
    """Columns: rate, offset, regressors, and per changepoint the time since it."""
    bends = np.maximum(model.t[:, None] - model.changepoints[None, :], 0.0)
    return np.column_stack([model.t, np.ones_like(model.t), model.regressors, bends])


@dataclass(frozen=True, slots=True)
class _Gram:
    """Everything that the data say: products of the design's columns with each other and `y`."""

    products: Matrix
    with_y: Vector
    y_squared: float
    rows: int
    precisions: Vector
    lasso_weight: float

    @classmethod
    def of(cls, model: AdditiveModel, y: Vector) -> "_Gram":
        design = _design(model)
        scales = np.concatenate([[RATE_SD, OFFSET_SD], model.prior_scales])
        return cls(
            products=design.T @ design,
            with_y=design.T @ y,
            y_squared=float(y @ y),
            rows=len(y),
            precisions=scales**-2,
            lasso_weight=1 / model.changepoint_scale,
        )

    def coefficients(self, noise: float, start: Vector) -> tuple[Vector, Vector]:
        """The best rate changes and ridge coefficients for a given noise."""
        count = len(self.precisions)
        ridge_part = self.products[:count, :count] + noise**2 * np.diag(self.precisions)
        factor = cho_factor(ridge_part, lower=True)
        cross = self.products[:count, count:]
        eliminated = cho_solve(factor, np.column_stack([cross, self.with_y[:count]]))
        curvature = self.products[count:, count:] - cross.T @ eliminated[:, :-1]
        slope = self.with_y[count:] - cross.T @ eliminated[:, -1]
        rates = lasso(curvature, slope, self.lasso_weight * noise**2, start)
        return rates, eliminated[:, -1] - eliminated[:, :-1] @ rates

    def likeliest_noise(self, rates: Vector, ridge: Vector) -> float:
        """The root of the derivative: `4 s^4 + n s^2 = r` for a half-normal prior of 0.5."""
        both = np.concatenate([ridge, rates])
        squares = self.y_squared - 2 * self.with_y @ both + both @ self.products @ both
        squares, weight = max(float(squares), 0.0), 1 / NOISE_SD**2
        variance = (np.sqrt(self.rows**2 + 4 * weight * squares) - self.rows) / (2 * weight)
        return max(float(np.sqrt(variance)), LEAST_NOISE)


def lasso(curvature: Matrix, slope: Vector, weight: float, start: Vector) -> Vector:
    """Minimise ``x'Qx / 2 - c'x + weight * sum(|x|)`` exactly, from a guess of which are not zero.

    Parameters
    ----------
    curvature
        ``Q``, symmetric and positive semidefinite, shape ``(s, s)``.
    slope
        ``c``, shape ``(s,)``.
    weight
        Above 0.
    start
        Any point, shape ``(s,)``; a solution for similar numbers saves most of the work.
    """
    jitter = 1e-12 * max(float(np.trace(curvature)), 1e-300) / max(len(slope), 1)
    curvature = curvature + jitter * np.eye(len(slope))
    x = start.copy()
    signs = np.sign(x)
    for _ in range(100 + 20 * len(slope)):
        active = np.flatnonzero(signs)
        if active.size:
            x, signs = _towards_optimum(curvature, slope, weight, x, signs, active)
        gradient = curvature @ x - slope
        still = signs != 0
        if np.any(np.abs(gradient[still] + weight * signs[still]) > 1e-9 * weight):
            continue
        excess = np.where(still, 0.0, np.abs(gradient) - weight)
        worst = int(np.argmax(excess))
        if excess[worst] <= 1e-9 * weight:
            return x
        signs[worst] = -np.sign(gradient[worst])
    return x


def _towards_optimum(
    curvature: Matrix,
    slope: Vector,
    weight: float,
    x: Vector,
    signs: Vector,
    active: NDArray[np.intp],
) -> tuple[Vector, Vector]:
    """Move to the optimum for these signs, or to the best point on the way where a sign changes."""
    block = curvature[np.ix_(active, active)]
    target = np.linalg.solve(block, slope[active] - weight * signs[active])
    now = x[active]
    crossing = (np.sign(target) != signs[active]) & (now != 0)
    shares = np.append(now[crossing] / (now[crossing] - target[crossing]), 1.0)
    points = now + shares[:, None] * (target - now)
    points[np.abs(points) < 1e-15 * (1 + np.abs(now))] = 0.0
    values = (
        0.5 * np.einsum("pi,ij,pj->p", points, block, points)
        - points @ slope[active]
        + weight * np.abs(points).sum(axis=1)
    )
    moved = x.copy()
    moved[active] = points[int(np.argmin(values))]
    return moved, np.sign(moved)
