"""Patterns that repeat after a few rows (a day of hours, a week of days), taken out of values."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_REACHES = (4, 12, 36)
"""Over how many cycles before and after a pattern is averaged: it changes quickly, slowly or not
at all within what is usually known."""
_SIGNIFICANT = 1.645


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
    reach = min(_REACHES, key=lambda one: _error_of_next(by_cycle, one))
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


def _smoothed(by_cycle: Array, reach: int) -> Array:
    known = np.isfinite(by_cycle)
    values = np.where(known, by_cycle, 0.0)
    total, weight = np.zeros_like(values), np.zeros_like(values)
    for away, share in enumerate(_kernel(min(reach, len(values) - 1))):
        for shift in {away, -away}:
            to = slice(max(shift, 0), len(values) + min(shift, 0))
            of = slice(max(-shift, 0), len(values) + min(-shift, 0))
            total[to] += share * values[of]
            weight[to] += share * known[of]
    return total / np.maximum(weight, 1e-12)


def _error_of_next(by_cycle: Array, reach: int) -> float:
    """How far each cycle of the newer half is from the weighted average of those before it."""
    values, cycles = np.nan_to_num(by_cycle), len(by_cycle)
    known = np.asarray(np.isfinite(by_cycle).any(axis=1, keepdims=True), dtype=np.float64)
    first = max(1, cycles // 2)
    total, weight = np.zeros((cycles - first, values.shape[1])), np.zeros((cycles - first, 1))
    for away, share in enumerate(_kernel(reach), start=1):
        tested, before = slice(max(away - first, 0), None), slice(max(first - away, 0), -away)
        total[tested] += share * values[before]
        weight[tested] += share * known[before]
    off = values[first:] - total / np.maximum(weight, 1e-12)
    return float((off * off).sum())
