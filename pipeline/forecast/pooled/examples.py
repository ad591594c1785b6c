"""What trees learn from: rows of a table, what came of each, and how much an error matters."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.pooled.pairs import pairs_of
from pipeline.forecast.pooled.running import Rows, Running, Values
from pipeline.forecast.pooled.series import Series, Stamps
from pipeline.forecast.pooled.table import Surround, Table, View

MOST_TIMES_SCALE = 20.0
"""A day with twenty times the level would outweigh all others."""
LEAST_WEIGHT, MOST_WEIGHT = 0.2, 5.0
"""Bounds of level over usual error: a product that never changes would outweigh all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Rows of features, and what came of each relative to the level at the origin: the quantity
    and, as a logarithm, what the last weeks let expect of it.
    """

    names: tuple[str, ...]
    table: Table
    targets: Values
    expected: Values
    weights: Values
    stamps: Stamps

    def __len__(self) -> int:
        return len(self.targets)

    def until(self, last: np.datetime64) -> "Examples":
        """Those of which the outcome was known then."""
        return self._of(self.stamps <= last)

    def after(self, last: np.datetime64) -> "Examples":
        """Those of which the outcome was not known then."""
        return self._of(self.stamps > last)

    def without(self, covariates: Iterable[str]) -> "Examples":
        """The same without what is known of some covariates."""
        begin = tuple(f"{name}: " for name in covariates)
        if not begin:
            return self
        kept = [place for place, name in enumerate(self.names) if not name.startswith(begin)]
        names = tuple(self.names[place] for place in kept)
        return replace(self, names=names, table=self.table[:, kept])

    def _of(self, rows: NDArray[np.bool_]) -> "Examples":
        return Examples(
            names=self.names,
            table=self.table[rows],
            targets=self.targets[rows],
            expected=self.expected[rows],
            weights=self.weights[rows],
            stamps=self.stamps[rows],
        )


def examples_of(
    series: Series, surround: Surround, horizon: int, count: int, number: int = 0
) -> Examples:
    """About ``count`` examples from one product, the ``number``-th, spread over its whole past."""
    view = View(series, surround)
    origins, targets = pairs_of(series.values, view.past.pace, horizon, count, number)
    scale = view.past.scale(origins)
    known = np.isfinite(scale)
    origins, targets, scale = origins[known], targets[known], scale[known]
    names, table = view.table(origins, targets)
    return Examples(
        names=names,
        table=table,
        targets=np.minimum(series.values[targets] / scale, MOST_TIMES_SCALE),
        expected=view.past.expected(origins, targets, scale),
        weights=_weights(series, origins, scale, view),
        stamps=series.stamps[targets],
    )


def joined(parts: Iterable[Examples]) -> Examples:
    """All of them in one table."""
    every = list(parts)
    return Examples(
        names=every[0].names,
        table=np.vstack([one.table for one in every]),
        targets=np.concatenate([one.targets for one in every]),
        expected=np.concatenate([one.expected for one in every]),
        weights=np.concatenate([one.weights for one in every]),
        stamps=np.concatenate([one.stamps for one in every]),
    )


def _weights(series: Series, origins: Rows, scale: Values, view: View) -> Values:
    """An error counts in units of the usual change from one cycle to the next."""
    cycle = view.past.pace.cycles[0] if view.past.pace.cycles else 1
    change = np.full(len(series), np.nan)
    change[cycle:] = np.abs(series.values[cycle:] - series.values[:-cycle])
    usual = Running(change).before(origins, len(series))
    weights = scale / np.where(usual > 0, usual, np.nan)
    return np.clip(np.nan_to_num(weights, nan=1.0), LEAST_WEIGHT, MOST_WEIGHT)
