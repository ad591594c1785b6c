"""The pattern of the year: a few smooth waves, trusted as far as each year tells the others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_WAVES = 10
_SHORTEST_WAVE = 2.0
"""In rows: monthly values tell six waves apart."""
_PENALTIES = np.logspace(-3, 1.5, 7)
_ROUGHNESS = 2
"""The penalty grows with this power of the number of the wave: slow waves are more likely."""
_LEAST_GAIN = 0.02
"""A pattern that tells less than this share of another year is left out."""
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
        return self._at(np.arange(self.rows))

    def ahead(self, steps: NDArray[np.int64]) -> Array:
        """The pattern some steps ahead, 1 for the first."""
        return self._at(self.rows - 1 + steps)

    def _at(self, places: NDArray[np.int64]) -> Array:
        return waves(places, self.period, len(self.weights) // 2) @ self.weights


def waves(places: NDArray[np.int64], period: float, count: int) -> Array:
    """Sines and cosines of the first ``count`` waves, the slow ones first."""
    angles = 2 * np.pi / period * places[:, None] * np.arange(1, count + 1)
    return np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(len(places), -1)


def year_of(values: Array, period: float) -> Year:
    """The pattern of the year in values whose shorter patterns have been taken out.

    Waves are fitted beside a bending line, with the penalty under which the other years tell each
    year best; with no better penalty than an infinite one, there is no pattern. Fewer than two
    years have none.
    """
    rows = len(values)
    count = min(MOST_WAVES, int(period / _SHORTEST_WAVE))
    nothing = Year(np.zeros(0), period, rows)
    if rows < 2 * period or count < 1 or not np.ptp(values) > 0:
        return nothing
    line = _bending_line(rows, period)
    basis, _ = np.linalg.qr(line)
    table = waves(np.arange(rows), period, count)
    table = table - basis @ (basis.T @ table)
    rest = values - basis @ (basis.T @ values)
    number = ((rows - 1 - np.arange(rows)) / period).astype(np.int64)
    number = np.minimum(number, int(rows / period) - 1)
    parts = [(table[number == one], rest[number == one]) for one in range(number.max() + 1)]
    grams = np.stack([part.T @ part for part, _ in parts])
    products = np.stack([part.T @ told for part, told in parts])
    tension = np.repeat(np.arange(1, count + 1) ** _ROUGHNESS, 2) * rows / 2
    errors = [_error_of_years(parts, grams, products, one * tension) for one in _PENALTIES]
    best = int(np.argmin(errors))
    if errors[best] > (1 - _LEAST_GAIN) * float(rest @ rest):
        return nothing
    share = 1 - 1 / len(parts)  # all years need as much of the penalty as the others had
    penalty = np.diag(_PENALTIES[best] * tension * share)
    weights = np.linalg.solve(grams.sum(axis=0) + penalty, products.sum(axis=0))
    return Year(weights, period, rows)


def _bending_line(rows: int, period: float) -> Array:
    places = np.arange(rows) / period
    bends = np.arange(1, int(rows / period / _ROWS_OF_TREND / 2))
    return np.column_stack(
        [np.ones(rows), places, *[np.maximum(places - one, 0.0) for one in bends]]
    )


def _error_of_years(
    parts: list[tuple[Array, Array]], grams: Array, products: Array, penalty: Array
) -> float:
    """Of each year, told by the others."""
    others = grams.sum(axis=0) - grams + np.diag(penalty)
    weights = np.linalg.solve(others, (products.sum(axis=0) - products)[:, :, None])[:, :, 0]
    errors = [told - part @ one for (part, told), one in zip(parts, weights, strict=True)]
    return float(sum(error @ error for error in errors))
