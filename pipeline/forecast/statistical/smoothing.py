"""Exponential smoothing as polynomials in the lag operator: level, trend, season and echo."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.forecast.statistical.innovations import Array

ALPHA, BETA, PHI, GAMMA, SHARE, RHO = "alpha", "beta", "phi", "gamma", "share", "rho"
MOST_DAMPING = 0.98
"""More damping than the least is no trend, less than the most is none within any horizon."""
_BOUNDS = {
    ALPHA: (1e-3, 0.999),
    BETA: (0.0, 1.0),
    PHI: (0.8, MOST_DAMPING),
    GAMMA: (0.0, 1.0),
    SHARE: (0.0, 1.0),
    RHO: (0.0, 0.98),
}
_LEAST_ALPHA_BESIDE_ECHO = 0.02
"""An echo explains one row ahead so well that the level would stand still for ever."""
_FIRST_ALPHAS = (0.05, 0.3)
_FIRST = {BETA: 0.05, PHI: 0.95, GAMMA: 0.1, SHARE: 0.6, RHO: 0.85}


@dataclass(frozen=True)
class Smoothing:
    """The parameters are alpha, then beta / alpha and, if damped, phi of a trend, then
    gamma / (1 - alpha) of a season, then of an echo its share of what the level does not take and
    what is left of it after a row.

    The echo is the part of a surprise that fades: after a rainy day, an hour without a queue.
    """

    season: int = 1
    has_trend: bool = False
    is_damped: bool = False
    has_echo: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Of the parameters."""
        trend = (BETA, PHI)[: self.has_trend + self.is_damped]
        season = (GAMMA,) * (self.season > 1)
        return (ALPHA, *trend, *season, *((SHARE, RHO) if self.has_echo else ()))

    @cached_property
    def lower(self) -> Array:
        lower = np.array([_BOUNDS[name][0] for name in self.names])
        if self.has_echo:
            lower[0] = _LEAST_ALPHA_BESIDE_ECHO
        return lower

    @cached_property
    def upper(self) -> Array:
        return np.array([_BOUNDS[name][1] for name in self.names])

    @property
    def starts(self) -> Array:
        """Points to start from, a row each."""
        return np.array([self._start(_FIRST | {ALPHA: alpha}) for alpha in _FIRST_ALPHAS])

    def starts_after(self, simpler: "Smoothing", parameters: Array) -> Array:
        """Points to start from where a simpler smoothing has come to."""
        known = _FIRST | dict(zip(simpler.names, parameters.tolist(), strict=True))
        if self.has_echo and not simpler.has_echo:  # the level has followed what fades
            return np.array([self._start(known | {ALPHA: alpha}) for alpha in _FIRST_ALPHAS])
        return self._start(known)[None]

    def _start(self, known: Mapping[str, float]) -> Array:
        return np.array([known[name] for name in self.names])

    def polynomials(self, parameters: Array) -> tuple[Array, Array]:
        """The reduced form: ``(1 - rho L) (1 - phi L) (1 - L^m) y = ma(L) e``."""
        if not self.has_echo:
            return self._lasting(parameters)
        share, rho = parameters[-2:]
        ar, ma = self._lasting(parameters[:-2])
        fading, echo = np.array([1.0, -rho]), np.array([0.0, (1 - parameters[0]) * share])
        return np.convolve(ar, fading), np.convolve(ma, fading) + np.convolve(ar, echo)

    def _lasting(self, parameters: Array) -> tuple[Array, Array]:
        """The polynomials without the echo."""
        alpha = parameters[0]
        beta = alpha * parameters[1] if self.has_trend else 0.0
        phi = parameters[2] if self.is_damped else 1.0
        gamma = (1 - alpha) * parameters[-1] if self.season > 1 else 0.0
        season = self.season
        ar = np.zeros(season + 1 + self.has_trend)
        ar[0], ar[season] = 1.0, -1.0
        if not self.has_trend:
            ma = ar.copy()
            ma[1:] += alpha
        else:
            ar[1] -= phi
            ar[-1] = phi
            ma = ar.copy()
            level, former = alpha + phi * beta, -alpha * phi
            ma[1] += level
            ma[2:-1] += level + former
            ma[-1] += former - phi * gamma
        ma[season] += gamma
        return ar, ma
