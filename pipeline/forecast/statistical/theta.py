"""The dynamic optimised Theta model (Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler 2016).

A level smoothed with weight alpha, and of the straight line through all values so far the share
``1 - 1 / theta``. The line does not depend on the parameters, and for a given alpha the first level
and that share are found by least squares, so the fit is a search in one dimension.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from pipeline.forecast.statistical.scales import Scale, scale_of
from pipeline.forecast.statistical.seasons import NOTHING, Pattern, has_season, pattern_of

Array = NDArray[np.float64]

NEWEST_ROWS = 3_000
_ALPHAS = np.linspace(0.01, 0.99, 15)
_REFINEMENTS = 3
_MOST_SHARE = 0.99
"""A share of 1 is an infinite theta."""


@dataclass(frozen=True, slots=True)
class ThetaLine:
    """The state after the last row: level, mean of all rows, slope of the line through them."""

    alpha: float
    share: float
    level: float
    mean: float
    slope: float
    rows: int
    squares: float

    def forecast(self, steps: int) -> Array:
        """The expected values of the next periods; each moves the line as if it had come."""
        level, mean, slope = self.level, self.mean, self.slope
        values = np.empty(steps)
        for place in range(steps):
            rows = self.rows + place
            start = mean - slope * (rows + 1) / 2
            faded = (1 - self.alpha) ** rows
            grown = (1 - faded * (1 - self.alpha)) / self.alpha
            value = level + self.share * (faded * start + grown * slope)
            values[place] = value
            level += self.alpha * (value - level)
            slope = ((rows - 1) * slope + 6 / (rows + 1) * (value - mean)) / (rows + 2)
            mean += (value - mean) / (rows + 1)
        return values


@dataclass(frozen=True, slots=True)
class FittedTheta:
    """The line, what the season adds to it, and the scale both work on."""

    line: ThetaLine
    pattern: Pattern
    scale: Scale

    def predict(self, steps: NDArray[np.int64]) -> Array:
        """The forecast of some steps ahead, 1 for the first."""
        ahead = self.line.forecast(int(steps.max(initial=0)))
        return self.scale.back(ahead[steps - 1] + self.pattern.ahead(steps))


def fit_theta(values: Array, seasons: tuple[int, ...] = ()) -> FittedTheta:
    """Take the shortest season out, if it shows, and fit the line to the rest.

    Where all values are above 0, this is also done with their logarithms, which makes the season
    multiplicative; the smaller error one row ahead decides.
    """
    values = values[-NEWEST_ROWS:]
    season = min((one for one in seasons if one > 1), default=1)
    ways = [_fit(values, season, is_log=False)]
    if values.min() > 0:
        ways.append(_fit(values, season, is_log=True))
    return min(ways, key=lambda way: way[0])[1]


def _fit(values: Array, season: int, *, is_log: bool) -> tuple[float, FittedTheta]:
    scale = scale_of(values, is_log=is_log)
    scaled = scale.forward(values)
    pattern, component = NOTHING, np.zeros(len(values))
    if has_season(scaled, season):
        pattern, component = pattern_of(scaled, season)
    line, told = fit_line(scaled - component)
    off = values - scale.back(told + component)
    return float(off @ off), FittedTheta(line, pattern, scale)


def fit_line(values: Array) -> tuple[ThetaLine, Array]:
    """The model without a season, and what it told one row ahead."""
    means, slopes = _running_lines(values)
    lowest, highest = _ALPHAS[0], _ALPHAS[-1]
    tried = {float(alpha): _tell(values, means, slopes, float(alpha)) for alpha in _ALPHAS}
    width = float(_ALPHAS[1] - _ALPHAS[0])
    for _ in range(_REFINEMENTS):
        width /= 2
        best = min(tried, key=lambda alpha: tried[alpha][0].squares)
        for alpha in (best - width, best + width):
            if lowest <= alpha <= highest:
                tried[alpha] = _tell(values, means, slopes, alpha)
    return min(tried.values(), key=lambda one: one[0].squares)


def _running_lines(values: Array) -> tuple[Array, Array]:
    """Mean and least squares slope of the rows up to each one."""
    rows = np.arange(1, len(values) + 1, dtype=np.float64)
    means = np.cumsum(values) / rows
    products = np.cumsum(rows * values)
    spread = rows * (rows * rows - 1) / 12
    slopes = (products - (rows + 1) / 2 * rows * means) / np.where(spread > 0, spread, 1.0)
    slopes[0] = 0.0
    return means, slopes


def _tell(values: Array, means: Array, slopes: Array, alpha: float) -> tuple[ThetaLine, Array]:
    """The best first level and share for this alpha."""
    rows = len(values)
    places = np.arange(rows, dtype=np.float64)
    faded = (1 - alpha) ** places
    smoothed, _ = lfilter([alpha], [1.0, alpha - 1.0], values, zi=[0.0])
    level = np.concatenate([[0.0], smoothed[:-1]])
    starts = means - slopes * (places + 2) / 2
    line = np.concatenate(
        [[0.0], faded[1:] * starts[:-1] + (1 - faded[1:] * (1 - alpha)) / alpha * slopes[:-1]]
    )
    first, share = _two_weights(faded, line, values - level)
    told = level + first * faded + share * line
    off = values - told
    last = smoothed[-1] + first * (1 - alpha) ** rows
    squares = float(off @ off)
    return (
        ThetaLine(alpha, share, float(last), float(means[-1]), float(slopes[-1]), rows, squares),
        told,
    )


def _two_weights(one: Array, other: Array, wanted: Array) -> tuple[float, float]:
    """Least squares weights of two columns, the second from 0 to 1."""
    own, mixed, others = float(one @ one), float(one @ other), float(other @ other)
    to_one, to_other = float(one @ wanted), float(other @ wanted)
    free = own * others - mixed * mixed
    share = (own * to_other - mixed * to_one) / free if free > 1e-12 * own * others else 0.0
    share = min(max(share, 0.0), _MOST_SHARE)
    return (to_one - share * mixed) / own, share
