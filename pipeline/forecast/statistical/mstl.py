"""Several seasons taken out one after the other, and the rest told by exponential smoothing
(MSTL; Bandara, Hyndman and Bergmeir 2021)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.statistical.ets import FittedSmoothing, fit_ets
from pipeline.forecast.statistical.scales import Scale, scale_of
from pipeline.forecast.statistical.seasons import Pattern, level_of, pattern_of
from pipeline.forecast.statistical.year import Year, year_of

Array = NDArray[np.float64]

NEWEST_ROWS = 6_000
_ROUNDS = 2
"""The second round finds each season in values without the others."""
_SPREAD_GROWS = 0.5
"""Logarithms from where the spread grows faster than the square root of the level."""


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The seasons of values, and the values without them."""

    patterns: tuple[Pattern, ...]
    year: Year | None
    rest: Array

    def ahead(self, steps: NDArray[np.int64]) -> Array:
        """What all seasons add some steps ahead, 1 for the first."""
        added = np.zeros(len(steps))
        for one in self.patterns:
            added += one.ahead(steps)
        return added if self.year is None else added + self.year.ahead(steps)


@dataclass(frozen=True, slots=True)
class FittedDecomposition:
    """Seasons, and a smoothing of the rest."""

    parts: Decomposition
    rest: FittedSmoothing
    scale: Scale

    def predict(self, steps: NDArray[np.int64]) -> Array:
        """The forecast of some steps ahead, 1 for the first."""
        return self.scale.back(self.parts.ahead(steps) + self.rest.predict(steps))


def fit_mstl(
    values: Array, seasons: tuple[int, ...] = (), year: float | None = None
) -> FittedDecomposition:
    """Take every season out of the values, or of their logarithms where their spread grows with
    their level, and smooth the rest.

    Parameters
    ----------
    values
        Without gaps; the newest 6,000 are looked at.
    seasons
        Rows after which short patterns repeat, the shortest first.
    year
        How many rows a year has, if its pattern is wanted.
    """
    values = values[-NEWEST_ROWS:]
    is_log = values.min() > 0 and spread_grows(values, max(seasons, default=1))
    scale = scale_of(values, is_log=is_log)
    scaled = scale.forward(values)
    parts = decompose(scaled, seasons, year)
    return FittedDecomposition(parts, fit_ets(parts.rest, may_take_logs=False), scale)


def decompose(values: Array, seasons: tuple[int, ...], year: float | None) -> Decomposition:
    """Take the seasons out, the shortest first, in two rounds."""
    patterns = [pattern_of(values, 1) for _ in seasons]
    of_year = None
    for _ in range(_ROUNDS):
        for place, season in enumerate(seasons):
            others = sum((one.component for one in patterns[:place] + patterns[place + 1 :]), 0.0)
            patterns[place] = pattern_of(values - others - _component(of_year), season)
        if year is not None:
            short = sum((one.component for one in patterns), 0.0)
            of_year = year_of(values - short, year)
    short = sum((one.component for one in patterns), 0.0)
    return Decomposition(tuple(patterns), of_year, values - short - _component(of_year))


def spread_grows(values: Array, season: int) -> bool:
    """Whether values scatter around their level in proportion to it, rather than alike."""
    width = max(season, 8)
    rows = len(values) // width * width
    if rows < 4 * width:
        return True
    level = level_of(values, season) if len(values) >= 2 * season else values
    blocks = values[-rows:].reshape(-1, width)
    spread = np.log(np.maximum(blocks.std(axis=1), 1e-9 * values.mean()))
    middle = np.log(np.maximum(level[-rows:].reshape(-1, width).mean(axis=1), 1e-300))
    varies = float(np.var(middle))
    if not varies > 1e-6:
        return False
    slope = float(np.mean((middle - middle.mean()) * (spread - spread.mean()))) / varies
    return slope > _SPREAD_GROWS


def _component(year: Year | None) -> Array | float:
    return 0.0 if year is None else year.component
