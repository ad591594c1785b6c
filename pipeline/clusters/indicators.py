"""Categories as one column per value, so that distances between rows can be measured."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_LEAST_VARIANCE = 0.25
_MOST_COLUMNS = 4_000
_MOST_VALUES = 20
_FIRST_VALUE = 2


class Indicators:
    """One column for each frequent value of each code column, one for all others together.

    The columns of one category have a total variance of 1, like a scaled number; a category that
    nearly all rows share is not blown up to that. A missing value (code 0) is NaN in all of them.
    """

    def fit(self, codes: Array) -> Self:
        limit = max(2, min(_MOST_VALUES, _MOST_COLUMNS // max(1, codes.shape[1])))
        self.values_ = [min(limit, _values(column)) for column in codes.T]
        self.owners_ = np.repeat(np.arange(codes.shape[1]), [count + 1 for count in self.values_])
        shown = self._show(codes)
        self.means_ = _means(shown)
        variance = np.bincount(
            self.owners_, self.means_ * (1.0 - self.means_), minlength=codes.shape[1]
        )
        self.scales_ = 1.0 / np.sqrt(np.maximum(variance, _LEAST_VARIANCE))
        return self

    def transform(self, codes: Array) -> Array:
        """Centred columns; those of category ``i`` are where ``owners_`` is ``i``."""
        return (self._show(codes) - self.means_) * self.scales_[self.owners_]

    def _show(self, codes: Array) -> Array:
        shown = np.zeros((len(codes), len(self.owners_)))
        start = 0
        for position, count in enumerate(self.values_):
            column = codes[:, position]
            place = column - _FIRST_VALUE
            place = np.where((place < 0) | (place >= count), count, place)
            shown[np.arange(len(codes)), start + place] = 1.0
            shown[column == 0, start : start + count + 1] = np.nan
            start += count + 1
        return shown


def _values(column: Array) -> int:
    return max(0, int(column.max(initial=0)) - _FIRST_VALUE + 1)


def _means(shown: Array) -> Array:
    present = ~np.isnan(shown)
    total = np.where(present, shown, 0.0).sum(axis=0)
    return np.asarray(total / np.maximum(present.sum(axis=0), 1))
