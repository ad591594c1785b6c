"""A long season of short ones, such as a week of days, of which no more is believed than recurs.

Four weeks of hours tell each hour of the week four times: much of what they have in common is
chance, and where no weekday differs all of it is. So the levels of the short cycles, and their
shapes beside that, are drawn to nothing, each by the share of its size that chance explains (the
estimator of James and Stein 1961).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.statistical.decomposition import Decomposition
from pipeline.forecast.statistical.seasons import Pattern, level_of

Array = NDArray[np.float64]

_CYCLES = 8
"""The newest long cycles that tell what recurs: a pattern is an average over about as many."""


def without_chance(parts: Decomposition) -> Decomposition:
    """The same parts with the longest season drawn in, if a shorter one goes into it without rest;
    what it loses is left in the rest."""
    patterns = parts.seasons.patterns
    if len(patterns) < 2:
        return parts
    short, long = len(patterns[-2].next), len(patterns[-1].next)
    if not 1 < short < long or long % short:
        return parts
    component = parts.components[-1]
    values = component + parts.rest
    shares = _shares(values - level_of(values, long), short, long)
    kept = _drawn_in(component, short, long, shares)
    return replace(
        parts,
        seasons=replace(parts.seasons, patterns=(*patterns[:-1], Pattern(kept[-long:].copy()))),
        components=(*parts.components[:-1], kept),
        rest=values - kept,
    )


def _shares(values: Array, short: int, long: int) -> tuple[float, float]:
    """How much of the levels of the short cycles, and of their shapes, is more than chance."""
    cycles = min(len(values) // long, _CYCLES)
    newest = values[-cycles * long :].reshape(cycles, long // short, short)
    levels = newest.mean(axis=2, keepdims=True)
    return _beyond_chance(levels), _beyond_chance(newest - levels)


def _beyond_chance(cycles: Array) -> float:
    mean = cycles.mean(axis=0)
    size, count = float((mean * mean).sum()), len(cycles)
    if count < 2 or not size > 0:
        return 0.0
    off = cycles - mean
    chance = float((off * off).sum()) / (count - 1) / count
    return max(0.0, 1 - chance / size)


def _drawn_in(component: Array, short: int, long: int, shares: tuple[float, float]) -> Array:
    of_level, of_shape = shares
    missing = -len(component) % long
    whole = np.concatenate([np.zeros(missing), component]).reshape(-1, short)
    levels = whole.mean(axis=1, keepdims=True)
    kept = of_shape * whole + (of_level - of_shape) * levels
    return np.asarray(kept.reshape(-1)[missing:])
