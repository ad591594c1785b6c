"""The pattern of the year: a few smooth waves, trusted as far as each year tells the others."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_WAVES = 26
"""As many as weeks tell apart: a week of feasts stands out from those beside it."""
MOST_WAVES_OF_DAYS = 10
"""Days have their holidays beside the pattern of the year, and many rows to find it in."""
_SHORTEST_WAVE = 2.0
"""In rows: monthly values tell six waves apart."""
_ROWS_OF_DAYS = 100
_PENALTIES = np.logspace(-3, 1.5, 7)
_ROUGHNESS = 2
"""The penalty grows with this power of the number of the wave: slow waves are more likely."""
_LEAST_GAIN = 0.02
"""A pattern that tells less than this share of another year is left out."""
_KEPT = 16
"""Those of the windows of a test: a megabyte for two years of days."""
_ROWS_OF_TREND = 0.5
"""The level may bend once in so many years; more would follow the year itself."""


@dataclass(frozen=True, slots=True)
class Year:
    """Weights of the sine and cosine waves, whose phase counts from the first of the ``rows``."""

    weights: Array
    period: float
    rows: int

    @property
    def component(self) -> Array:
        """The pattern in each known row."""
        return _known_waves(self.rows, self.period, len(self.weights) // 2) @ self.weights

    def ahead(self, steps: NDArray[np.int64]) -> Array:
        """The pattern some steps ahead, 1 for the first."""
        return self._at(self.rows - 1 + steps)

    def _at(self, places: NDArray[np.int64]) -> Array:
        return waves(places, self.period, len(self.weights) // 2) @ self.weights


def waves(places: NDArray[np.int64], period: float, count: int) -> Array:
    """Sines and cosines of the first ``count`` waves, the slow ones first."""
    angles = 2 * np.pi / period * places[:, None] * np.arange(1, count + 1)
    return np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(len(places), -1)


@lru_cache(maxsize=_KEPT)
def _known_waves(rows: int, period: float, count: int) -> Array:
    return waves(np.arange(rows), period, count)


def year_of(values: Array, period: float) -> Year:
    """The pattern of the year in values whose shorter patterns have been taken out.

    Waves are fitted beside a bending line, with the penalty under which the other years tell each
    year best; with no better penalty than an infinite one, there is no pattern. Fewer than two
    years have none.
    """
    rows = len(values)
    count = min(_most_waves(period), int(period / _SHORTEST_WAVE))
    nothing = Year(np.zeros(0), period, rows)
    if rows < 2 * period or count < 1 or not np.ptp(values) > 0:
        return nothing
    beside = _beside_line(rows, period, count)
    rest = values - beside.basis @ (beside.basis.T @ values)
    told = [rest[one] for one in beside.years]
    products = np.stack([part.T @ own for part, own in zip(beside.parts, told, strict=True)])
    tension = np.repeat(np.arange(1, count + 1) ** _ROUGHNESS, 2) * rows / 2
    errors = _errors_of_years(beside, told, products, np.multiply.outer(_PENALTIES, tension))
    best = int(np.argmin(errors))
    if errors[best] > (1 - _LEAST_GAIN) * float(rest @ rest):
        return nothing
    share = 1 - 1 / len(told)  # all years need as much of the penalty as the others had
    penalty = np.diag(_PENALTIES[best] * tension * share)
    weights = np.linalg.solve(beside.grams.sum(axis=0) + penalty, products.sum(axis=0))
    return Year(weights, period, rows)


def _most_waves(period: float) -> int:
    return MOST_WAVES_OF_DAYS if period > _ROWS_OF_DAYS else MOST_WAVES


@dataclass(frozen=True, slots=True)
class _BesideLine:
    """What waves are beside a bending line, whatever the values.

    ``basis`` spans the line; ``parts`` are the rows of the waves in each of the ``years``, and
    ``grams`` their products.
    """

    basis: Array
    years: tuple[slice, ...]
    parts: tuple[Array, ...]
    grams: Array


@lru_cache(maxsize=_KEPT)
def _beside_line(rows: int, period: float, count: int) -> _BesideLine:
    basis, _ = np.linalg.qr(_bending_line(rows, period))
    table = _known_waves(rows, period, count)
    table = table - basis @ (basis.T @ table)
    number = ((rows - 1 - np.arange(rows)) / period).astype(np.int64)
    number = np.minimum(number, int(rows / period) - 1)
    starts = np.searchsorted(-number, -np.arange(number[0] + 1)).tolist()
    years = tuple(slice(start, stop) for stop, start in pairwise([rows, *starts]))
    parts = tuple(table[one] for one in years)
    return _BesideLine(basis, years, parts, np.stack([part.T @ part for part in parts]))


def _bending_line(rows: int, period: float) -> Array:
    places = np.arange(rows) / period
    bends = np.arange(1, int(rows / period / _ROWS_OF_TREND / 2))
    return np.column_stack(
        [np.ones(rows), places, *[np.maximum(places - one, 0.0) for one in bends]]
    )


def _errors_of_years(
    beside: _BesideLine, told: list[Array], products: Array, penalties: Array
) -> Array:
    """Of all years, each told by the others, under each row of penalties."""
    others = (beside.grams.sum(axis=0) - beside.grams)[:, None].repeat(len(penalties), axis=1)
    others.reshape(*others.shape[:2], -1)[..., :: penalties.shape[1] + 1] += penalties
    wanted = (products.sum(axis=0) - products)[:, None, :, None]
    weights = np.linalg.solve(others, wanted)[..., 0]
    errors = np.zeros(len(penalties))
    for part, own, of_others in zip(beside.parts, told, weights, strict=True):
        errors += ((own - of_others @ part.T) ** 2).sum(axis=1)
    return errors
