"""Patterns that repeat after a few rows (a day of hours, a week of days), taken out of values."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_REACHES = (4, 12, 36)
"""Over how many cycles before and after a pattern is averaged: it changes quickly, slowly or not
at all within what is usually known."""
_SIGNIFICANT = 1.645
_KERNELS_KEPT = 32
"""Those of the windows of a test; an eighth of a megabyte for two years of days."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One cycle of what repeats, as it is after the last row."""

    next: Array

    def ahead(self, steps: NDArray[np.int64]) -> Array:
        """The pattern some steps ahead, 1 for the first."""
        return np.take(self.next, (steps - 1) % len(self.next))


NOTHING = Pattern(np.zeros(1))


def pattern_of(values: Array, season: int) -> tuple[Pattern, Array]:
    """What repeats after ``season`` rows, averaged over as many cycles as tell the next one best;
    also the pattern at each row.

    The level is taken out by a centred average over one season; each place of the season is then
    smoothed over neighbouring cycles, and every cycle is centred.
    """
    if season < 2 or len(values) < 2 * season:
        return NOTHING, np.zeros(len(values))
    by_cycle = _by_cycle(values - level_of(values, season), season)
    known = np.nan_to_num(by_cycle)
    reach = min(_REACHES, key=lambda one: _error_of_next(known, one))
    smooth = _smoothed(by_cycle, reach)
    smooth -= smooth.mean(axis=1, keepdims=True)
    return Pattern(smooth[-1].copy()), smooth.reshape(-1)[-len(values) :]


def level_of(values: Array, season: int) -> Array:
    """The centred average over one season; at the ends, the first and the last season go on."""
    half = season // 2
    weights = np.full(season, 1.0 / season)
    if season % 2 == 0:
        weights = np.concatenate([[0.5], np.ones(season - 1), [0.5]]) / season
    before = values[season - half : season] if half else values[:0]
    after = values[-season : len(values) - season + half]
    return np.convolve(np.concatenate([before, values, after]), weights, mode="valid")


def has_season(values: Array, season: int) -> bool:
    """Whether values one season apart agree beyond chance (the test of the Theta method; Fiorucci
    et al. 2016)."""
    if season < 2 or len(values) < 3 * season:
        return False
    centred = values - values.mean()
    total = float(centred @ centred)
    if not total > 0:
        return False
    lags = np.array([float(centred[lag:] @ centred[:-lag]) for lag in range(1, season + 1)])
    agreement = lags / total
    limit = _SIGNIFICANT * np.sqrt((1 + 2 * float(agreement[:-1] @ agreement[:-1])) / len(values))
    return bool(abs(agreement[-1]) > limit)


def strength(values: Array, season: int) -> float:
    """Which share of what is not level the pattern explains, 0 to 1 (Wang, Smith and Hyndman 2006).

    The pattern is the plain average of each place here, so that noise does not look like one.
    """
    if season < 2 or len(values) < 2 * season:
        return 0.0
    by_cycle = _by_cycle(values - level_of(values, season), season)
    rest = by_cycle - np.nanmean(by_cycle, axis=0)
    total = float(np.nanvar(by_cycle))
    return max(0.0, 1 - float(np.nanvar(rest)) / total) if total > 0 else 0.0


def _by_cycle(values: Array, season: int) -> Array:
    """A row per season; the first one may begin with missing values."""
    cycles = -(-len(values) // season)
    padded = np.full(cycles * season, np.nan)
    padded[-len(values) :] = values
    return padded.reshape(cycles, season)


def _kernel(reach: int) -> Array:
    """Tricube weights of the cycles 0 to ``reach`` away."""
    return np.asarray((1 - (np.arange(reach + 1) / (reach + 1)) ** 3) ** 3)


@lru_cache(maxsize=_KERNELS_KEPT)
def _weights_around(cycles: int, reach: int) -> Array:
    """How much each cycle (column) counts in the average around each (row)."""
    of_distance = np.zeros(cycles)
    kernel = _kernel(min(reach, cycles - 1))
    of_distance[: len(kernel)] = kernel
    every = np.arange(cycles)
    return np.asarray(of_distance[np.abs(np.subtract.outer(every, every))])


@lru_cache(maxsize=_KERNELS_KEPT)
def _weights_before(cycles: int, reach: int) -> Array:
    """How much each cycle (column) counts in what is told of each of the newer half (row)."""
    of_distance = np.zeros(cycles + 1)
    kernel = _kernel(reach)[:cycles]
    of_distance[1 : len(kernel) + 1] = kernel
    newer = np.arange(max(1, cycles // 2), cycles)
    weights = of_distance[np.maximum(np.subtract.outer(newer, np.arange(cycles)), 0)]
    return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12))


def _smoothed(by_cycle: Array, reach: int) -> Array:
    weights = _weights_around(len(by_cycle), reach)
    known = np.repeat(weights.sum(axis=1, keepdims=True), by_cycle.shape[1], axis=1)
    missing = np.isnan(by_cycle[0])  # the first cycle alone may lack its beginning
    known[:, missing] -= weights[:, :1]
    return np.asarray(weights @ np.nan_to_num(by_cycle) / np.maximum(known, 1e-12))


def _error_of_next(values: Array, reach: int) -> float:
    """How far each cycle of the newer half is from the weighted average of those before it."""
    weights = _weights_before(len(values), reach)
    off = values[-len(weights) :] - weights @ values
    return float((off * off).sum())
