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
from pipeline.forecast.statistical.seasons import Pattern, has_season, pattern_of

Array = NDArray[np.float64]

NEWEST_ROWS = 3_000
_ALPHAS = np.linspace(0.01, 0.99, 15)
_WIDTH = float(_ALPHAS[1] - _ALPHAS[0])
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


def go_on_with_theta(values: Array, before: FittedTheta) -> FittedTheta:
    """The same season and scale for values that have become more, alpha sought around where it was.

    Parameters
    ----------
    values
        Without gaps; the newest 3,000 are looked at.
    before
        Fitted to fewer of them.
    """
    values = values[-NEWEST_ROWS:]
    scale = scale_of(values, is_log=before.scale.is_log and bool(values.min() > 0))
    near = np.clip(before.line.alpha + _WIDTH * np.arange(-1, 2), _ALPHAS[0], _ALPHAS[-1])
    return _fit_on(scale, values, len(before.pattern.next), near)[0]


def _fit(values: Array, season: int, *, is_log: bool) -> tuple[float, FittedTheta]:
    scale = scale_of(values, is_log=is_log)
    shown = season if has_season(scale.forward(values), season) else 1
    fitted, told = _fit_on(scale, values, shown, _ALPHAS)
    off = values - scale.back(told)
    return float(off @ off), fitted


def _fit_on(scale: Scale, values: Array, season: int, alphas: Array) -> tuple[FittedTheta, Array]:
    """On this scale with this season, and what it told one row ahead on this scale."""
    scaled = scale.forward(values)
    pattern, component = pattern_of(scaled, season)
    line, told = fit_line(scaled - component, alphas)
    return FittedTheta(line, pattern, scale), told + component


def fit_line(values: Array, alphas: Array = _ALPHAS) -> tuple[ThetaLine, Array]:
    """The model without a season, the best alpha sought around these, and what it told one row
    ahead."""
    means, slopes = _running_lines(values)
    best = _told(values, means, slopes, alphas)
    width = _WIDTH
    for _ in range(_REFINEMENTS):
        width /= 2
        beside = np.clip([best.alpha - width, best.alpha + width], _ALPHAS[0], _ALPHAS[-1])
        nearer = _told(values, means, slopes, beside)
        best = nearer if nearer.squares < best.squares else best
    line = ThetaLine(
        alpha=best.alpha,
        share=best.share,
        level=best.level,
        mean=float(means[-1]),
        slope=float(slopes[-1]),
        rows=len(values),
        squares=best.squares,
    )
    return line, best.values


def _running_lines(values: Array) -> tuple[Array, Array]:
    """Mean and least squares slope of the rows up to each one."""
    rows = np.arange(1, len(values) + 1, dtype=np.float64)
    means = np.cumsum(values) / rows
    products = np.cumsum(rows * values)
    spread = rows * (rows * rows - 1) / 12
    slopes = (products - (rows + 1) / 2 * rows * means) / np.where(spread > 0, spread, 1.0)
    slopes[0] = 0.0
    return means, slopes


@dataclass(frozen=True, slots=True)
class _Told:
    """One row ahead: the values, by which alpha, share of the line and last level, the error."""

    alpha: float
    values: Array
    share: float
    level: float
    squares: float


def _told(values: Array, means: Array, slopes: Array, alphas: Array) -> _Told:
    """By the best of the alphas, each with the first level and the share that are best for it."""
    rows, alphas = len(values), alphas[:, None]
    places = np.arange(rows, dtype=np.float64)
    faded = np.exp(np.log1p(-alphas) * places)
    smoothed = np.zeros((len(alphas), rows + 1))
    for place, alpha in enumerate(alphas.ravel().tolist()):
        smoothed[place, 1:] = lfilter([alpha], [1.0, alpha - 1.0], values)
    line = np.zeros_like(faded)
    line[:, 1:] = faded[:, 1:] * (means - slopes * (places + 2) / 2)[:-1]
    line[:, 1:] += (1 - faded[:, 1:] * (1 - alphas)) / alphas * slopes[:-1]
    levels = smoothed[:, :-1]
    firsts, shares = _two_weights(faded, line, values - levels)
    told = levels + firsts * faded + shares * line
    off = values - told
    last = smoothed[:, -1:] + firsts * (1 - alphas) ** rows
    squares = _product(off, off)
    best = int(np.argmin(squares))
    return _Told(
        alpha=float(alphas[best, 0]),
        values=told[best],
        share=float(shares[best, 0]),
        level=float(last[best, 0]),
        squares=float(squares[best, 0]),
    )


def _two_weights(one: Array, other: Array, wanted: Array) -> tuple[Array, Array]:
    """Least squares weights of two series, the second from 0 to 1, by row."""
    own, mixed, others = _product(one, one), _product(one, other), _product(other, other)
    to_one, to_other = _product(one, wanted), _product(other, wanted)
    free = own * others - mixed * mixed
    share = np.zeros_like(free)
    np.divide(own * to_other - mixed * to_one, free, out=share, where=free > 1e-12 * own * others)
    share = np.clip(share, 0.0, _MOST_SHARE)
    return (to_one - share * mixed) / own, share


def _product(one: Array, other: Array) -> Array:
    return np.asarray(np.einsum("ij,ij->i", one, other)[:, None])
