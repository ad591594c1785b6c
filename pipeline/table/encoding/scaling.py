"""Numbers on one scale, with nothing missing and nothing far out."""

from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

_FARTHEST = 10.0
_QUANTILES = 512
_TAIL = 1e-4
_RANKED_ROWS = 20_000

Floats = npt.NDArray[np.float32]


class StandardScaling:
    """Median for what is missing, then mean 0 and standard deviation 1, cut at ±10."""

    def __init__(self) -> None:
        self._median = self._mean = self._scale = np.empty(0)

    def fit(self, numbers: Floats) -> Self:
        self._median = medians(numbers)
        filled = _filled(numbers, self._median)
        self._mean = filled.mean(axis=0)
        spread = filled.std(axis=0)
        self._scale = 1 / np.where(spread > 0, spread, 1.0)
        return self

    def transform(self, numbers: Floats) -> npt.NDArray[np.float64]:
        scaled = (_filled(numbers, self._median) - self._mean) * self._scale
        return np.clip(scaled, -_FARTHEST, _FARTHEST)


class NormalScaling:
    """Median for what is missing, then each number by its rank, as a normal distribution has it."""

    def __init__(self) -> None:
        self._median = np.empty(0)
        self._steps: list[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]] = []

    def fit(self, numbers: Floats) -> Self:
        self._median = medians(numbers)
        step = max(1, len(numbers) // _RANKED_ROWS)
        filled = _filled(numbers[::step], self._median)
        shares = np.linspace(0, 1, min(_QUANTILES, max(len(filled), 2)))
        self._steps = [_steps(column, shares) for column in filled.T]
        return self

    def transform(self, numbers: Floats) -> npt.NDArray[np.float64]:
        scaled = _filled(numbers, self._median)
        for place, (values, normal) in enumerate(self._steps):
            scaled[:, place] = np.interp(scaled[:, place], values, normal)
        return scaled


def medians(numbers: Floats) -> npt.NDArray[np.float64]:
    """Of what is there in each column; 0 where nothing is."""
    found = [column[~np.isnan(column)] for column in numbers.T]
    return np.array([np.median(column) if len(column) else 0.0 for column in found])


def _filled(numbers: Floats, median: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(np.isnan(numbers), median, numbers.astype(np.float64))


def _steps(
    column: npt.NDArray[np.float64], shares: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Values and the normal quantiles that they become; equal values share the middle of theirs."""
    values, place = np.unique(np.quantile(column, shares), return_inverse=True)
    share = np.bincount(place, weights=shares) / np.bincount(place)
    normal = ndtri(np.clip(share, _TAIL, 1 - _TAIL))
    spread = float(np.interp(column, values, normal).std())
    return values, normal / spread if spread > 0 else normal
