"""Numbers of any unit and any distribution on one scale, so that none outweighs the others."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_FARTHEST = 4.0
_LONG_TAIL = 8.0
_MIDDLE = (0.25, 0.75)
_NEARLY_ALL = (0.0025, 0.9975)


class NumberScaler:
    """Brings each column to mean 0 and variance 1, beyond the reach of single extreme values.

    A column with long tails (a 99.5 % span of more than eight times the middle half) goes through
    an inverse hyperbolic sine first; what is farther than four standard deviations is cut.
    Missing values stay missing.
    """

    def fit(self, numbers: Array) -> Self:
        """Learn the scale of each column; one without any value is left as it is."""
        values = _zero_if_empty(numbers.astype(np.float64))
        self.middle_ = np.nanmedian(values, axis=0)
        low, high = _quantiles(values, _MIDDLE)
        bottom, top = _quantiles(values, _NEARLY_ALL)
        self.width_ = high - low
        self.is_tailed_ = (self.width_ > 0) & (top - bottom > _LONG_TAIL * self.width_)
        bent = self._bend(values)
        bottom, top = _quantiles(bent, _NEARLY_ALL)
        cut = np.where(top > bottom, np.clip(bent, bottom, top), bent)
        self.mean_, spread = np.nanmean(cut, axis=0), np.nanstd(cut, axis=0)
        self.spread_ = np.where(spread > 0, spread, 1.0)
        return self

    def transform(self, numbers: Array) -> Array:
        """The scaled columns, missing values as NaN."""
        scaled = (self._bend(numbers.astype(np.float64)) - self.mean_) / self.spread_
        return np.asarray(np.clip(scaled, -_FARTHEST, _FARTHEST))

    def _bend(self, values: Array) -> Array:
        """Logarithmic far from the median of a column with long tails, as it is near to it."""
        if not self.is_tailed_.any():
            return values
        width = np.where(self.is_tailed_, self.width_, 1.0)
        bent = np.arcsinh((values - self.middle_) / width)
        return np.where(self.is_tailed_, bent, values)


def _quantiles(values: Array, shares: tuple[float, float]) -> Array:
    """Shape (shares, columns), also if there are no columns."""
    if not values.shape[1]:
        return np.empty((len(shares), 0))
    return np.asarray(np.nanquantile(values, shares, axis=0))


def _zero_if_empty(values: Array) -> Array:
    return np.where(np.isnan(values).all(axis=0), 0.0, values)
