"""A scaled series with everything that its model multiplies by a coefficient."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

RATE_SD = 5.0
OFFSET_SD = 5.0
NOISE_SD = 0.5


@dataclass(frozen=True, slots=True)
class PriorScales:
    """Of the normal priors of the columns' coefficients, shape ``(k,)``, and of the Laplace prior
    of the rate changes."""

    columns: Vector
    changes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a mode is sought for: ``y = trend * (1 + X_m beta_m) + X_a beta_a + noise``.

    Attributes
    ----------
    t, y
        Scaled times and values, shape ``(n,)``.
    changepoints
        Scaled times at which the rate may change, shape ``(s,)``.
    columns
        Seasonalities, holidays and regressors, shape ``(n, k)``.
    prior_scales
        Standard deviations of the normal priors of their coefficients, shape ``(k,)``.
    multiplies
        Which columns multiply the trend instead of being added to it, shape ``(k,)``.
    changepoint_scale
        Scale of the Laplace prior of the rate changes.
    is_flat
        Whether the trend is an offset alone.
    calendar
        Equal where trend, bends and columns, but for the last ``regressors`` ones, are equal.
    products
        Of the design with itself and with ``y``, where they are known already.
    noise
        What it is likely to be, where something is known of it.
    """

    t: Vector
    y: Vector
    changepoints: Vector
    columns: Matrix
    prior_scales: Vector
    multiplies: NDArray[np.bool_]
    changepoint_scale: float
    calendar: Hashable
    regressors: int = 0
    is_flat: bool = False
    products: tuple[Matrix, Vector] | None = None
    noise: float | None = None

    @property
    def trend_columns(self) -> Matrix:
        """Rate (unless flat) and offset."""
        ones = np.ones_like(self.t)
        return ones[:, None] if self.is_flat else np.column_stack([self.t, ones])

    @property
    def trend_scales(self) -> list[float]:
        """The standard deviations of the priors of rate and offset."""
        return [OFFSET_SD] if self.is_flat else [RATE_SD, OFFSET_SD]

    @property
    def bends(self) -> Matrix:
        """Per changepoint the time since it; none where the trend is flat."""
        return bends(self.t, self.changepoints[:0] if self.is_flat else self.changepoints)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """The parameters under Prophet's names."""

    k: float
    m: float
    delta: Vector
    beta: Vector
    sigma_obs: float


def bends(t: Vector, changepoints: Vector) -> Matrix:
    """What a change of the rate by 1 at each changepoint adds."""
    return np.maximum(t[:, None] - changepoints[None, :], 0.0)


def trend_of(t: Vector, changepoints: Vector, mode: Mode) -> Vector:
    """The scaled trend."""
    changing = mode.delta != 0
    line = mode.k * t + mode.m
    return np.asarray(line + bends(t, changepoints[changing]) @ mode.delta[changing])


def log_posterior(layout: Layout, mode: Mode) -> float:
    """The logarithm of the posterior density at ``mode``, up to a constant."""
    trend = trend_of(layout.t, layout.changepoints, mode)
    factors = 1 + layout.columns @ np.where(layout.multiplies, mode.beta, 0.0)
    added = layout.columns @ np.where(layout.multiplies, 0.0, mode.beta)
    residuals = layout.y - trend * factors - added
    return float(
        -len(layout.y) * np.log(mode.sigma_obs)
        - residuals @ residuals / (2 * mode.sigma_obs**2)
        - mode.k**2 / (2 * RATE_SD**2)
        - mode.m**2 / (2 * OFFSET_SD**2)
        - np.abs(mode.delta).sum() / layout.changepoint_scale
        - (mode.beta**2 / (2 * layout.prior_scales**2)).sum()
        - mode.sigma_obs**2 / (2 * NOISE_SD**2)
    )
