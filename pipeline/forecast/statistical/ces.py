"""Complex exponential smoothing (Svetunkov, Kourentzes and Ord 2022).

A value and its potential are one complex number, smoothed with one complex weight, so that levels
and trends need not be told apart. Seasons are none, partial (a plain seasonal level beside it) or
full (a second complex smoothing of what was a season ago).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.statistical.innovations import Array, Recursion, fit_innovations
from pipeline.forecast.statistical.scales import Scale, scale_of

NEWEST_ROWS = 1_500
_LONGEST_SEASON = 24
"""A full season has two numbers to estimate for each of its places."""


class Seasonality(StrEnum):
    """What is smoothed beside the values themselves."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


_MOST_IMAGINARY = 1.005
"""From 1 on values grow by themselves; this is a trend, more would leave every measure."""
_LOWER = {
    Seasonality.NONE: np.array([0.01, 0.01]),
    Seasonality.PARTIAL: np.array([0.01, 0.01, 0.0]),
    Seasonality.FULL: np.array([0.01, 0.01, 0.01, 0.01]),
}
_UPPER = {
    Seasonality.NONE: np.array([1.8, _MOST_IMAGINARY]),
    Seasonality.PARTIAL: np.array([1.8, _MOST_IMAGINARY, 1.0]),
    Seasonality.FULL: np.array([1.8, _MOST_IMAGINARY, 1.8, _MOST_IMAGINARY]),
}
_STARTS = {
    Seasonality.NONE: np.array([[1.3, 1.0], [0.2, 1.0]]),
    Seasonality.PARTIAL: np.array([[1.3, 1.0, 0.1], [0.2, 1.0, 0.05]]),
    Seasonality.FULL: np.array([[1.3, 1.0, 1.3, 1.0], [0.2, 1.0, 1.1, 1.0]]),
}


@dataclass(frozen=True, slots=True)
class ComplexSmoothing:
    """The parameters are the real and imaginary parts of the weight, then of the season."""

    season: int
    seasonality: Seasonality

    @property
    def lower(self) -> Array:
        return _LOWER[self.seasonality]

    @property
    def upper(self) -> Array:
        return _UPPER[self.seasonality]

    def polynomials(self, parameters: Array) -> tuple[Array, Array]:
        """Sums of two smoothings, brought to one denominator."""
        ar, gain = _complex_level(parameters[0], parameters[1], 1)
        if self.seasonality is Seasonality.NONE:
            return ar, ar + gain
        if self.seasonality is Seasonality.PARTIAL:
            of_season, last = np.zeros(self.season + 1), np.zeros(self.season + 1)
            of_season[0], of_season[-1], last[-1] = 1.0, -1.0, parameters[2]
        else:
            of_season, last = _complex_level(parameters[2], parameters[3], self.season)
        whole = np.convolve(ar, of_season)
        return whole, whole + np.convolve(gain, of_season) + np.convolve(last, ar)


def _complex_level(real: float, imaginary: float, lag: int) -> tuple[Array, Array]:
    """The polynomials of one smoothing: ``ar`` and what is added to it on the side of errors.

    Its states are the level ``l`` and the potential ``c`` of ``lag`` rows before:
    ``l <- l - (1 - imaginary) c + (real - imaginary) e``,
    ``c <- l + (1 - real) c + (real + imaginary) e``.
    """
    ar, gain = np.zeros(2 * lag + 1), np.zeros(2 * lag + 1)
    ar[0], ar[lag] = 1.0, real - 2.0
    ar[2 * lag] = (1.0 - real) + (1.0 - imaginary)
    gain[lag] = real - imaginary
    gain[2 * lag] = -(1.0 - real) * (real - imaginary) - (1.0 - imaginary) * (real + imaginary)
    return ar, gain


@dataclass(frozen=True, slots=True)
class FittedComplexSmoothing:
    """The chosen smoothing with its parameters, and the scale that it works on."""

    seasonality: Seasonality
    parameters: Array
    recursion: Recursion
    scale: Scale

    def predict(self, steps: NDArray[np.int64]) -> Array:
        """The forecast of some steps ahead, 1 for the first."""
        return self.scale.back(self.recursion.forecast(steps))


def fit_ces(values: Array, seasons: tuple[int, ...] = ()) -> FittedComplexSmoothing:
    """The seasonality with the smallest corrected criterion of Akaike.

    Parameters
    ----------
    values
        Without gaps; the newest 1,500 are looked at.
    seasons
        Rows after which the pattern repeats; the shortest is used, up to 24.
    """
    values = values[-NEWEST_ROWS:]
    season = min((one for one in seasons if 1 < one <= _LONGEST_SEASON), default=1)
    kinds = [Seasonality.NONE]
    if len(values) >= 2 * season + 8 and season > 1:
        kinds.append(Seasonality.PARTIAL)
    if len(values) >= 4 * season + 8 and season > 1:
        kinds.append(Seasonality.FULL)
    scale = scale_of(values, is_log=False)
    scaled = scale.forward(values)
    models = {
        kind: fit_innovations(
            scaled, ComplexSmoothing(season, kind), _STARTS[kind], is_stable=_fades
        )
        for kind in kinds
    }
    best = min(models, key=lambda kind: models[kind].aicc)
    return FittedComplexSmoothing(best, models[best].parameters, models[best].recursion, scale)


def _fades(parameters: Array, response: Array) -> bool:
    """Whether an early error is forgotten, and no forecast swings ever more."""
    if parameters[:2].sum() < 1.0 or (len(parameters) == 4 and parameters[2:].sum() < 1.0):
        return False
    tail = np.abs(response[-max(1, len(response) // 4) :]).max()
    return bool(np.isfinite(response).all() and tail <= 1.0)
