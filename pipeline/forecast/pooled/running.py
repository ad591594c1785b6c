"""Means over the rows before an origin, for all origins at once and without unknown rows."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Rows = NDArray[np.int64]


class Running:
    """Sums of a series from its first row on, or of several series below each other; a mean over
    any span is two look-ups.
    """

    __slots__ = ("_counts", "_sums")

    def __init__(self, values: Values) -> None:
        known = np.isfinite(values)
        shape = (*values.shape[:-1], values.shape[-1] + 1)
        self._sums, self._counts = np.zeros(shape), np.zeros(shape)
        np.cumsum(np.where(known, values, 0.0), axis=-1, out=self._sums[..., 1:])
        np.cumsum(known, axis=-1, out=self._counts[..., 1:])

    def mean(self, start: Rows, stop: Rows, *, at_least: int = 1) -> Values:
        """Means of the rows from ``start`` up to ``stop``; nan where too few of them are known."""
        last = self._sums.shape[-1] - 1
        # Two plain functions take a third of the time of np.clip, which is most of a forecast's.
        first = np.minimum(np.maximum(start, 0), last)
        end = np.minimum(np.maximum(stop, 0), last)
        counts = self._counts.take(end, axis=-1) - self._counts.take(first, axis=-1)
        sums = self._sums.take(end, axis=-1) - self._sums.take(first, axis=-1)
        return np.where(counts >= at_least, sums / np.maximum(counts, 1.0), np.nan)

    def before(self, origins: Rows, rows: int, *, at_least: int = 1) -> Values:
        """Means of the ``rows`` rows before each origin."""
        return self.mean(origins - rows, origins, at_least=at_least)


def same_place(values: Values, origins: Rows, targets: Rows, cycle: int, count: int) -> Values:
    """The last ``count`` values at the place of each target in its cycle, newest first.

    All of them lie before the origin; nan where the series does not reach back so far.
    """
    cycles_ahead = (targets - origins) // cycle + 1
    newest = targets - cycles_ahead * cycle
    rows = newest[:, None] - cycle * np.arange(count)
    return at(values, rows)


def at(values: Values, rows: Rows) -> Values:
    """The values of some rows; nan before the first and after the last one."""
    inside = (rows >= 0) & (rows < len(values))
    return np.where(inside, values[np.where(inside, rows, 0)], np.nan)


def mean_of_known(table: Values) -> Values:
    """Mean by row without nan; nan where nothing is known."""
    known = np.isfinite(table)
    counts = known.sum(axis=1)
    sums = np.where(known, table, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def ratio(numerator: Values, denominator: Values) -> Values:
    """Their quotient; nan where the denominator is 0 or unknown."""
    is_positive = np.asarray(denominator) > 0
    return np.where(is_positive, numerator / np.where(is_positive, denominator, 1.0), np.nan)
