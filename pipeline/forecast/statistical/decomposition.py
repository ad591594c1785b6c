"""Several seasons of one series, told apart, as in MSTL (Bandara, Hyndman and Bergmeir 2021)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.statistical.scales import Scale, scale_of
from pipeline.forecast.statistical.seasons import NOTHING, Pattern, level_of, pattern_of
from pipeline.forecast.statistical.year import Year, year_of

Array = NDArray[np.float64]

_ROUNDS = 2
"""The second round finds each season in values without the others."""
_KEPT = 4
_SPREAD_GROWS = 0.5
"""Logarithms from where the spread grows faster than the square root of the level."""


@dataclass(frozen=True, slots=True)
class Seasons:
    """What the seasons add after the last row."""

    patterns: tuple[Pattern, ...] = ()
    year: Year | None = None

    def ahead(self, steps: NDArray[np.int64]) -> Array:
        """The sum of all seasons some steps ahead, 1 for the first."""
        added = np.zeros(len(steps))
        for one in self.patterns:
            added += one.ahead(steps)
        return added if self.year is None else added + self.year.ahead(steps)


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Seasons, what each of them adds to each known row, and the values without any."""

    seasons: Seasons
    components: tuple[Array, ...]
    of_year: Array
    rest: Array


@dataclass(frozen=True, slots=True)
class Scaled:
    """The parts of values on the scale on which seasons are added to the rest."""

    scale: Scale
    values: Array
    parts: Decomposition


def decompose_scaled(values: Array, seasons: tuple[int, ...], year: float | None) -> Scaled:
    """The parts of the values, or of their logarithms where their spread grows with their level.

    Several methods of one test window ask for the same: the newest answers are kept.
    """
    return _decomposed(values.tobytes(), seasons, year)


@lru_cache(maxsize=_KEPT)
def _decomposed(content: bytes, seasons: tuple[int, ...], year: float | None) -> Scaled:
    values = np.frombuffer(content)
    is_log = bool(values.min() > 0) and spread_grows(values, max(seasons, default=1))
    scale = scale_of(values, is_log=is_log)
    scaled = scale.forward(values)
    return Scaled(scale, scaled, decompose(scaled, seasons, year))


def decompose(values: Array, seasons: tuple[int, ...], year: float | None) -> Decomposition:
    """Take the seasons out, the shortest first, in two rounds.

    Parameters
    ----------
    values
        Without gaps.
    seasons
        Rows after which short patterns repeat.
    year
        How many rows a year has, if its pattern is wanted.
    """
    found: list[tuple[Pattern, Array]] = [(NOTHING, np.zeros(len(values))) for _ in seasons]
    waves, of_year = None, np.zeros(len(values))
    for _ in range(_ROUNDS if len(seasons) + (year is not None) > 1 else 1):
        rest = values - of_year - _total(found, len(values))
        for place, season in enumerate(seasons):
            rest = rest + found[place][1]
            found[place] = pattern_of(rest, season)
            rest = rest - found[place][1]
        if year is not None:
            waves = year_of(rest + of_year, year)
            of_year = waves.component
    rest = values - of_year - _total(found, len(values))
    patterns = tuple(pattern for pattern, _ in found)
    return Decomposition(
        Seasons(patterns, waves), tuple(component for _, component in found), of_year, rest
    )


def spread_grows(values: Array, season: int) -> bool:
    """Whether values, all above 0, scatter around their level in proportion to it."""
    width = max(season, 8)
    rows = len(values) // width * width
    if rows < 4 * width:
        return True
    level = level_of(values, season) if len(values) >= 2 * season else values
    spread = np.log(np.maximum(_blocks(values, rows, width).std(axis=1), 1e-9 * values.mean()))
    middle = np.log(_blocks(level, rows, width).mean(axis=1))
    varies = float(np.var(middle))
    if not varies > 1e-6:
        return False
    slope = float(np.mean((middle - middle.mean()) * (spread - spread.mean()))) / varies
    return slope > _SPREAD_GROWS


def _blocks(values: Array, rows: int, width: int) -> Array:
    return values[-rows:].reshape(-1, width)


def _total(found: list[tuple[Pattern, Array]], rows: int) -> Array:
    total = np.zeros(rows)
    for _, component in found:
        total += component
    return total
