"""Quantiles and intervals from the errors that a model made on rows it had not seen.

Conformal prediction (Lei et al. 2018), refined where a hundred errors of four windows are few:

- An error counts in units of its size: how errors grow with the forecast and with the distance is
  learned from the errors themselves (`growth`), and so is at which hours they are larger
  (`places`), so that all of them together tell the shape.
- The shape (`shape`) is asymmetric, and newer windows count more (weights as in Barber et al.
  2023).
- Where small numbers are sold, what was sold at similar forecasts takes the place of errors
  (`small_counts`).

Of all numbers that a period can be told to bring, the median is nearest to what is sold, the mean
adds up over periods. They are far apart where sales are rare.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from pipeline.forecast.intervals.growth import USUAL_POWER, error_scale, likeliest_growth
from pipeline.forecast.intervals.places import ANYWHERE, sizes_at_places
from pipeline.forecast.intervals.shape import GRID, shape_of
from pipeline.forecast.intervals.small_counts import SmallCounts, small_counts
from pipeline.forecast.unpickling import set_state

Array = NDArray[np.float64]

QUANTILES: Final = (0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975)
MEDIAN: Final = 0.5
NEARER = 0.97
"""Errors with medians have to be this share of those with forecasts as they are, or less: some of
the difference is chance."""
MEMORY = 0.85
"""What the errors of a window weigh beside those of the next newer one."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Forecasts and actual values at 1, 2, 3, … steps from one origin."""

    predicted: Array
    actual: Array


@dataclass(frozen=True, slots=True)
class Outlook:
    """By period what it is told to bring, the bounds of its interval, and one column per level."""

    point: Array
    lower: Array
    upper: Array
    quantiles: Array


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
    counts
        What quantiles come from instead, where small numbers are sold.
    places
        The size of errors at each place of the day, beside the usual one; the first step is at the
        first place.
    tells_median
        Whether the median is nearer to what is sold than the forecast itself.
    """

    level: float
    power: float
    ends: tuple[int, ...]
    spreads: tuple[float, ...]
    shape: tuple[float, ...]
    interval_width: float = 0.95
    is_count: bool = False
    counts: SmallCounts | None = None
    places: tuple[float, ...] = ANYWHERE
    tells_median: bool = False

    def __setstate__(self, values: list[Any]) -> None:
        if len(values) == _FORMER_FIELDS:
            values = _of_former_version(*values)
        set_state(self, values)

    def quantiles(
        self, predicted: Array, steps: NDArray[np.int64], levels: Sequence[float] = QUANTILES
    ) -> Array:
        """One row per forecast, one column per level: not below 0, and never crossing."""
        if self.counts is not None:
            return self.counts.quantiles(predicted, levels)
        spread = np.asarray(self.spreads)[np.searchsorted(self.ends, steps)]
        place = np.asarray(self.places)[(steps - 1) % len(self.places)]
        size = spread * place * error_scale(predicted, self.level, self.power)
        off = np.interp(levels, GRID, self.shape)
        made = np.maximum(predicted[:, None] + size[:, None] * off[None, :], 0.0)
        if self.is_count:
            made = np.round(made)
        order = np.argsort(np.argsort(levels))
        return np.asarray(np.sort(made, axis=1)[:, order], dtype=np.float64)

    def interval(self, predicted: Array, steps: NDArray[np.int64]) -> tuple[Array, Array]:
        """Lower (not below 0) and upper bounds, the forecast between them."""
        bounds = self.quantiles(predicted, steps, self._ends)
        return np.minimum(bounds[:, 0], predicted), np.maximum(bounds[:, 1], predicted)

    def point(self, predicted: Array, steps: NDArray[np.int64]) -> Array:
        """What a period is told to bring."""
        if not self.tells_median:
            return predicted
        return self.quantiles(predicted, steps, (MEDIAN,))[:, 0]

    def outlook(
        self, predicted: Array, steps: NDArray[np.int64], levels: Sequence[float] = ()
    ) -> Outlook:
        """What `point` returns, bounds around it, and `quantiles`, for the time of one of them."""
        made = self.quantiles(predicted, steps, (MEDIAN, *self._ends, *levels))
        point = made[:, 0] if self.tells_median else predicted
        lower, upper = np.minimum(made[:, 1], point), np.maximum(made[:, 2], point)
        return Outlook(point, lower, upper, made[:, 3:])

    @property
    def _ends(self) -> tuple[float, float]:
        """The levels between which the interval lies."""
        tail = (1 - self.interval_width) / 2
        return tail, 1 - tail


def calibrate(
    errors: Sequence[Errors],
    *,
    level: float,
    interval_width: float = 0.95,
    is_count: bool = False,
    rate_before: float = 0.0,
    places: int = 1,
    may_tell_median: bool = True,
) -> Calibration:
    """Learn how far actual values will lie from forecasts.

    Parameters
    ----------
    errors
        Of several origins, oldest first; rows whose actual value is missing do not count.
    level
        Mean quantity of a period, which gives errors their unit; 0 where nothing was sold, so that
        the errors themselves have to.
    interval_width
        Share of values that the interval should contain.
    is_count
        Whether values are whole numbers, so that quantiles are, too.
    rate_before
        How errors grow with the distance before any is seen, from `growth.usual_rate`.
    places
        Steps after which the same hour of the day comes again; 1 where all periods are alike. All
        origins lie at one hour.
    may_tell_median
        Whether to ask if the median is nearer than the forecast.
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
    level = level or float(np.abs(off).mean())
    power, rate = likeliest_growth(off, predicted, steps, level, weights, rate_before)
    spreads = np.arange(1.0, farthest + 1) ** rate
    scores = off / (error_scale(predicted, level, power) * spreads[steps - 1])
    at_place = (steps - 1) % places
    sizes = sizes_at_places(scores, at_place, weights, places)
    scores = scores / sizes[at_place]
    made = Calibration(
        level=level,
        power=power,
        ends=tuple(range(1, farthest)),
        spreads=tuple(spreads.tolist()),
        shape=tuple(shape_of(scores, weights, ages).tolist()),
        interval_width=interval_width,
        is_count=is_count,
        counts=small_counts(predicted + off, predicted, weights, level) if is_count else None,
        places=tuple(sizes.tolist()),
    )
    if not may_tell_median:
        return made
    medians = made.quantiles(predicted, steps, (MEDIAN,))[:, 0]
    errors_of_medians = float(weights @ np.abs(predicted + off - medians))
    is_nearer = errors_of_medians < NEARER * float(weights @ np.abs(off))
    return replace(made, tells_median=is_nearer)


def are_whole(values: Array) -> bool:
    """Whether all known values are whole numbers."""
    known = values[np.isfinite(values)]
    return bool((known == np.round(known)).all())


def _without_errors(level: float, interval_width: float, *, is_count: bool) -> Calibration:
    return Calibration(level, USUAL_POWER, (), (0.0,), (0.0,) * len(GRID), interval_width, is_count)


_FORMER_FIELDS = 3


def _of_former_version(level: float, window: int, widths: Sequence[float]) -> list[Any]:
    """What an interval of 95 % with one half width per window of distance says today."""
    shape = tuple((ndtri(np.asarray(GRID)) / ndtri(0.975)).tolist())
    return [level, USUAL_POWER, (window, 2 * window), tuple(widths), shape, 0.95, False]
