"""What a forecast is made of: a level, how it moves, and what repeats, whatever the method.

The parts are read off the forecast itself. What repeats in it is the same for all methods, and so
parts of different methods can be added up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.statistical.long_seasons import Fitted, WithLongSeasons
from pipeline.forecast.statistical.mstl import FittedDecomposition

Array = NDArray[np.float64]

LEVEL, TREND, DAY, WEEK, YEAR = "level", "trend", "day", "week", "year"
_LEAST_CYCLES = 4
"""What fades soon after the origin counts less in a pattern that is a mean of more cycles."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What repeats after so many rows, and what it is called."""

    name: str
    rows: int


def parts_of(
    fitted: Fitted, steps: NDArray[np.int64], rhythms: tuple[Rhythm, ...]
) -> Mapping[str, Array]:
    """Parts that add up to the forecast.

    Parameters
    ----------
    fitted
        The method.
    steps
        How far ahead, 1 for the first row.
    rhythms
        The shortest first; each goes into the next without rest.

    Returns
    -------
    Mapping
        ``level``, where the forecast begins without what repeats; ``trend``, how it moves from
        there; one part per rhythm; and ``year``, where the method knows waves of the year.
    """
    plain = _without_year(fitted)
    longest = max((one.rows for one in rhythms), default=1)
    cycles = max(_LEAST_CYCLES, -(-int(steps.max(initial=1)) // longest))
    path = plain.predict(np.arange(1, (cycles + 2) * longest + 1))
    patterns = _patterns(path, rhythms, cycles)
    level = float(path[0] - sum(pattern[0] for pattern in patterns))
    ahead = path[steps - 1]
    parts = {LEVEL: np.full(len(steps), level), TREND: ahead - level}
    for one, pattern in zip(rhythms, patterns, strict=True):
        parts[one.name] = pattern[(steps - 1) % longest]
        parts[TREND] = parts[TREND] - parts[one.name]
    if plain is not fitted:
        parts[YEAR] = parts.get(YEAR, 0.0) + fitted.predict(steps) - ahead
    return parts


def _patterns(path: Array, rhythms: tuple[Rhythm, ...], cycles: int) -> list[Array]:
    """One cycle of the longest rhythm, for each of them, from the first row ahead on."""
    if not rhythms:
        return []
    longest = rhythms[-1].rows
    mean = np.convolve(path, np.full(longest, 1 / longest), mode="valid")
    growth = (mean[longest:] - mean[:-longest]) / longest
    rows = cycles * longest
    level = mean[:rows] - (longest - 1) / 2 * growth[:rows]
    rest = (path[:rows] - level).reshape(cycles, longest).mean(axis=0)
    rest -= rest.mean()
    found = []
    for one in rhythms[:-1]:
        pattern = np.tile(rest.reshape(-1, one.rows).mean(axis=0), longest // one.rows)
        rest = rest - pattern
        found.append(pattern)
    return [*found, rest]


def _without_year(fitted: Fitted) -> Fitted:
    """The same forecast without waves of the year, if it has any."""
    if not isinstance(fitted, WithLongSeasons | FittedDecomposition) or fitted.seasons.year is None:
        return fitted
    return replace(fitted, seasons=replace(fitted.seasons, year=None))
