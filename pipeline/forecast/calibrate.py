"""Quantiles and intervals from the errors that a model made on rows it had not seen.

Conformal prediction (Lei et al. 2018), refined where a hundred errors of four windows are few:

- An error counts in units of its size: how errors grow with the forecast and with the distance is
  learned from the errors themselves, so that all of them together tell the shape.
- The shape is asymmetric, and newer windows count more (weights as in Barber et al. 2023).
- Towards the tails, where few errors lie, Student's t of each side takes over from the sorted
  errors. Errors of one window hang together, the more so the more a series wanders: they count as
  fewer (the design effect of clusters, Kish 1965), and the fewer count, the wider t is.
- What was chosen on these windows fits them better than what is to come: the fewer errors count,
  the more are all of them widened.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

Array = NDArray[np.float64]

QUANTILES: Final = (0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975)
GRID: Final = tuple(
    sorted({0.0025, 0.005, 0.01, 0.99, 0.995, 0.9975, 0.15, 0.25, 0.75, 0.85, *QUANTILES})
)
"""Levels at which the shape is kept; between them it is interpolated."""

SMALLEST_SHARE = 0.05
"""Of the usual level: forecasts below it err as if they were there."""
POWERS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Errors may grow with the forecast to these powers: 0 not at all, 1/2 as counts do."""
USUAL_POWER = 0.5
RATES: Final = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
"""… and with the distance: 0 for errors around a fixed level, 1/2 for those of a random walk."""
DOUBT = 4.0
"""How many units of log likelihood speak against the farthest power and rate before any error."""
MEMORY = 0.85
"""What the errors of a window weigh beside those of the next newer one."""
TRUSTED_ERRORS = 60.0
"""With so many errors, the sorted errors and Student's t count alike in the middle."""
TAIL = 8.0
"""So many errors beyond a quantile are enough to trust the sorted ones as in the middle."""
CHOSEN = 2.0
"""So many errors' worth of what was known went into choosing members and weights on the same
windows: errors to come are larger by as much as in a regression with so many coefficients."""
LEAST_FREEDOM = 4.0
"""Student's t has this many degrees of freedom even if all errors of a window are as one."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Forecasts and actual values at 1, 2, 3, … steps from one origin."""

    predicted: Array
    actual: Array


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far actual values lie from forecasts.

    Attributes
    ----------
    level
        Mean quantity of a period.
    power
        Errors grow as ``level ** (1 - power) * predicted ** power``.
    ends, spreads
        The size of errors at steps up to each end, and beyond the last one.
    shape
        Errors at the levels of `GRID`, in units of their size.
    interval_width
        Share of values that `interval` should contain.
    is_count
        Whether values are whole numbers.
    """

    level: float
    power: float
    ends: tuple[int, ...]
    spreads: tuple[float, ...]
    shape: tuple[float, ...]
    interval_width: float = 0.95
    is_count: bool = False

    def __setstate__(self, values: list[Any]) -> None:
        if len(values) == _FORMER_FIELDS:
            values = _of_former_version(*values)
        for name, value in zip(self.__slots__, values, strict=True):
            object.__setattr__(self, name, value)

    def quantiles(
        self, predicted: Array, steps: NDArray[np.int64], levels: Sequence[float] = QUANTILES
    ) -> Array:
        """One row per forecast, one column per level: not below 0, and never crossing."""
        spread = np.asarray(self.spreads)[np.searchsorted(self.ends, steps)]
        size = spread * error_scale(predicted, self.level, self.power)
        off = np.interp(levels, GRID, self.shape)
        made = np.maximum(predicted[:, None] + size[:, None] * off[None, :], 0.0)
        if self.is_count:
            made = np.round(made)
        order = np.argsort(np.argsort(levels))
        return np.asarray(np.sort(made, axis=1)[:, order], dtype=np.float64)

    def interval(self, predicted: Array, steps: NDArray[np.int64]) -> tuple[Array, Array]:
        """Lower (not below 0) and upper bounds, the forecast between them."""
        tail = (1 - self.interval_width) / 2
        bounds = self.quantiles(predicted, steps, (tail, 1 - tail))
        return np.minimum(bounds[:, 0], predicted), np.maximum(bounds[:, 1], predicted)


def calibrate(
    errors: Sequence[Errors], *, level: float, interval_width: float = 0.95, is_count: bool = False
) -> Calibration:
    """Learn how far actual values will lie from forecasts.

    Parameters
    ----------
    errors
        Of several origins, oldest first; rows whose actual value is missing do not count.
    level
        Mean quantity of a period, which gives errors their unit.
    interval_width
        Share of values that the interval should contain.
    is_count
        Whether values are whole numbers, so that quantiles are, too.
    """
    if not errors:
        return _without_errors(level, interval_width, is_count=is_count)
    steps = np.concatenate([np.arange(1, len(one.actual) + 1) for one in errors])
    predicted = np.concatenate([one.predicted for one in errors])
    off = np.concatenate([one.actual - one.predicted for one in errors])
    ages = np.concatenate(
        [np.full(len(one.actual), len(errors) - 1 - place) for place, one in enumerate(errors)]
    )
    known = np.isfinite(off)
    off, steps, predicted = off[known], steps[known], predicted[known]
    ages = ages[known]
    weights = MEMORY**ages
    farthest = max(len(one.actual) for one in errors)
    if not np.any(off):
        return _without_errors(level, interval_width, is_count=is_count)
    power, rate = _growth(off, predicted, steps, level, weights)
    spreads = np.arange(1.0, farthest + 1) ** rate
    scores = off / (error_scale(predicted, level, power) * spreads[steps - 1])
    return Calibration(
        level=level,
        power=power,
        ends=tuple(range(1, farthest)),
        spreads=tuple(spreads.tolist()),
        shape=tuple(_shape(scores, weights, ages).tolist()),
        interval_width=interval_width,
        is_count=is_count,
    )


def error_scale(predicted: Array, level: float, power: float = USUAL_POWER) -> Array:
    """The size that errors are measured against."""
    large = np.maximum(predicted, SMALLEST_SHARE * level)
    return np.asarray(large**power * level ** (1 - power), dtype=np.float64)


def are_whole(values: Array) -> bool:
    """Whether all known values are whole numbers."""
    known = values[np.isfinite(values)]
    return bool((known == np.round(known)).all())


def _growth(
    off: Array, predicted: Array, steps: NDArray[np.int64], level: float, weights: Array
) -> tuple[float, float]:
    """The power of the forecast and of the distance under which the errors are likeliest, as if
    from a Laplace distribution; few errors leave both at the usual.
    """
    sizes = np.log(np.stack([error_scale(predicted, level, power) for power in POWERS]))
    far = np.outer(RATES, np.log(steps))
    logs = sizes[:, None, :] + far[None, :, :]
    share = weights / weights.sum()
    mean_error = (np.abs(off) / np.exp(logs)) @ share
    likelihood = -len(off) / 2 * (logs @ share + np.log(mean_error))
    away = np.abs(np.asarray(POWERS) - USUAL_POWER)[:, None] * 2 + np.asarray(RATES)[None, :] * 2
    power, rate = np.unravel_index(np.argmax(likelihood - DOUBT / 2 * away), away.shape)
    return POWERS[power], RATES[rate]


def _shape(scores: Array, weights: Array, ages: NDArray[np.int64]) -> Array:
    """The scores at the levels of the grid: sorted scores in the middle, Student's t outside."""
    levels, share = np.asarray(GRID), weights / weights.sum()
    number = float(weights.sum() ** 2 / (weights**2).sum()) / _design_effect(scores, ages)
    trust = number / (number + TRUSTED_ERRORS)
    middle = float(_sorted_at(np.array([0.5]), scores, share)[0]) * trust
    apart = scores - middle
    both = math.sqrt(float(share @ apart**2))
    lower, upper = (
        _side(apart[side], share[side], both, number) for side in (apart < 0, apart > 0)
    )
    tails = stdtrit(max(LEAST_FREEDOM, number), levels)
    smooth = middle + tails * np.where(levels < 0.5, lower, upper)
    beyond = np.minimum(levels, 1 - levels) * number
    trusted = trust * np.minimum(beyond / TAIL, 1.0)
    mixed = trusted * _sorted_at(levels, scores, share) + (1 - trusted) * smooth
    widened = middle + (mixed - middle) * math.sqrt(1 + CHOSEN / number)
    return np.asarray(np.maximum.accumulate(widened), dtype=np.float64)


def _design_effect(scores: Array, ages: NDArray[np.int64]) -> float:
    """How many errors count as one, from the correlation of errors of the same window."""
    counts = np.bincount(ages).astype(np.float64)
    sums, squares = np.bincount(ages, scores), float(scores @ scores)
    means = sums[counts > 0] / counts[counts > 0]
    counts = counts[counts > 0]
    size = float(counts.mean())
    if len(counts) < 2 or size <= 1:
        return 1.0
    between = float(counts @ means**2)
    apart, within = between / len(counts), (squares - between) / max(counts.sum() - len(counts), 1)
    together = apart + (size - 1) * within
    correlation = (apart - within) / together if together > 0 else 0.0
    return 1 + (size - 1) * min(max(correlation, 0.0), 1.0)


def _side(apart: Array, share: Array, both: float, number: float) -> float:
    """The spread of one side, drawn to that of both where it has few scores."""
    if not len(apart):
        return both
    own = float(share @ apart**2 / share.sum())
    count = number * float(share.sum())
    return math.sqrt((count * own + 20.0 * both**2) / (count + 20.0))


def _sorted_at(levels: Array, scores: Array, share: Array) -> Array:
    order = np.argsort(scores)
    reached = np.cumsum(share[order]) - share[order] / 2
    return np.interp(levels, reached, scores[order])


def _without_errors(level: float, interval_width: float, *, is_count: bool) -> Calibration:
    return Calibration(level, USUAL_POWER, (), (0.0,), (0.0,) * len(GRID), interval_width, is_count)


_FORMER_FIELDS = 3


def _of_former_version(level: float, window: int, widths: Sequence[float]) -> list[Any]:
    """What an interval of 95 % with one half width per window of distance says today."""
    shape = tuple((ndtri(np.asarray(GRID)) / ndtri(0.975)).tolist())
    return [level, USUAL_POWER, (window, 2 * window), tuple(widths), shape, 0.95, False]
