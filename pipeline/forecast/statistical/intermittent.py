"""Demand that mostly does not come: how often it comes and how much it is are smoothed apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

Array = NDArray[np.float64]

_WEIGHTS = (0.02, 0.05, 0.1, 0.2, 0.3)
_RARE_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class FlatRate:
    """One value for every period."""

    rate: float

    def predict(self, steps: NDArray[np.int64]) -> Array:
        """The same for each of the steps."""
        return np.full(len(steps), self.rate)


def is_rare(values: Array) -> bool:
    """Whether there is no demand in many periods, and none below 0."""
    return bool(values.min() >= 0 and np.mean(values == 0) >= _RARE_SHARE)


def fit_croston_tsb(values: Array) -> FlatRate:
    """Whichever tells the next period better, over all weights of smoothing: the chance of demand
    times its size (Teunter, Syntetos and Babai 2011), or its size over the interval between demands
    (Croston 1972, with the correction of Syntetos and Boylan 2005)."""
    comes = values > 0
    if not comes.any():
        return FlatRate(0.0)
    return FlatRate(
        _best([*_chances_times_sizes(values, comes), *_sizes_over_gaps(values, comes)], values)
    )


def _chances_times_sizes(values: Array, comes: NDArray[np.bool_]) -> list[Array]:
    chances = [_smoothed(comes.astype(np.float64), weight) for weight in _WEIGHTS]
    sizes = [_held(_smoothed(values[comes], weight), comes) for weight in _WEIGHTS]
    return [chance * size for chance in chances for size in sizes]


def _sizes_over_gaps(values: Array, comes: NDArray[np.bool_]) -> list[Array]:
    gaps = np.diff(np.flatnonzero(comes), prepend=-1).astype(np.float64)
    return [
        _held((1 - weight / 2) * _smoothed(values[comes], weight) / _smoothed(gaps, weight), comes)
        for weight in _WEIGHTS
    ]


def fit_adida(values: Array) -> FlatRate:
    """Sums over as many periods as lie between demands on average, smoothed, and spread evenly over
    them again (Nikolopoulos et al. 2011)."""
    comes = values > 0
    if not comes.any():
        return FlatRate(0.0)
    width = min(len(values), max(1, round(len(values) / int(comes.sum()))))
    whole = len(values) // width * width
    sums = values[-whole:].reshape(-1, width).sum(axis=1)
    return FlatRate(_best([_smoothed(sums, weight) for weight in _WEIGHTS], sums) / width)


def _smoothed(values: Array, weight: float) -> Array:
    """After each value, beginning at the mean of the first ones."""
    start = float(values[: max(1, round(1 / weight))].mean())
    smooth, _ = lfilter([weight], [1.0, weight - 1.0], values, zi=[(1 - weight) * start])
    return np.asarray(smooth)


def _held(at_demand: Array, comes: NDArray[np.bool_]) -> Array:
    """What was last known in every period; the first before there was any."""
    return np.asarray(at_demand[np.maximum(np.cumsum(comes) - 1, 0)])


def _best(levels: list[Array], values: Array) -> float:
    """The last of the levels that told the next value best."""
    errors = [float(((values[1:] - level[:-1]) ** 2).sum()) for level in levels]
    return float(levels[int(np.argmin(errors))][-1])
