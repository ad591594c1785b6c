"""How large effects are beside their surroundings, and which of them are more than chance."""

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.statistical.regressors import Regressors

Array = NDArray[np.float64]

BEYOND_CHANCE = 6.6
"""In units of the variance: in one of a hundred series without an effect chance does as much."""
_BEYOND_CHANCE_OF_MANY = 13.2
"""The same for the columns of holidays, of which some tell other years something by chance."""
_CYCLES_ASIDE = 4
"""Values are compared with those at the same place of four cycles before and after."""
_FOLDS = 8
_WORTH_KEEPING = 2.0
"""Of a single column's certainty, where there are effects: what Akaike's criterion asks for."""
_STRENGTHS = (1.0, 8.0)
"""Of the penalty of holidays: they matter in this series, or mostly by chance."""
_NEXT_TO_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Weights:
    """In units of a size; the error of stretches left out is in the unit of the values."""

    values: Array
    error: float


@dataclass(frozen=True, slots=True)
class Tested:
    """The columns less their surroundings, and their products by stretch of time."""

    table: Array
    season: int
    stretches: tuple[slice, ...]
    grams: Array
    expected: Array
    is_of_holidays: NDArray[np.bool_]

    @classmethod
    def of(cls, table: Array, season: int, regressors: Regressors) -> "Tested":
        rest = table - around(table, season, _CYCLES_ASIDE)
        ends = np.arange(_FOLDS + 1) * len(table) // _FOLDS
        stretches = tuple(slice(*pair) for pair in itertools.pairwise(ends.tolist()))
        grams = np.stack([rest[one].T @ rest[one] for one in stretches])
        of_holidays = np.arange(table.shape[1]) < regressors.holiday_columns
        return cls(rest, season, stretches, grams, regressors.expected, of_holidays)

    def in_units(self, values: Array, size: Array) -> "Learned":
        """What the columns tell of values in units of ``size``."""
        share = values / size
        rest = share - around(share[:, None], self.season, _CYCLES_ASIDE)[:, 0]
        products = np.stack([rest[one] @ self.table[one] for one in self.stretches])
        return Learned(self, rest, size, products)


@dataclass(frozen=True)
class Learned:
    """Ridge regressions of what is left of the values on some of the columns."""

    tested: Tested
    rest: Array
    size: Array
    products: Array

    @cached_property
    def error_without(self) -> float:
        """Of a forecast without effects."""
        return float(((self.rest * self.size) ** 2).sum())

    @cached_property
    def weights_of_all(self) -> Array:
        """Of all columns, whatever they are worth."""
        return self._weights(self._all, 1.0)

    @cached_property
    def error_with_all(self) -> float:
        """Of a forecast with the effects of all columns."""
        return self._error(self._all, 1.0)

    def beyond_chance(self) -> Weights:
        """Of the columns whose effects are more than chance."""
        of_holidays = self.tested.is_of_holidays
        single = self._certain() & ~of_holidays
        without = self._error(single, 1.0)
        if of_holidays.any():
            kept = single | of_holidays
            error, strength = min((self._error(kept, one), one) for one in _STRENGTHS)
            if error < without - _BEYOND_CHANCE_OF_MANY * self.error_without / len(self.rest):
                return Weights(self._weights(kept, strength), error)
        return Weights(self._weights(single, 1.0), without)

    @property
    def _all(self) -> NDArray[np.bool_]:
        return np.ones(len(self.tested.expected), dtype=np.bool_)

    def _certain(self) -> NDArray[np.bool_]:
        """Which columns stay when one after the other the least certain one is left out, until the
        weights of all are large beside their own error. Those of holidays are not judged here."""
        gram, wanted = self.tested.grams.sum(axis=0), self.products.sum(axis=0)
        penalty, noise = self._penalty(1.0), float(np.var(self.rest))
        judged = ~self.tested.is_of_holidays
        kept = np.arange(len(penalty))
        while judged[kept].any():
            part = gram[np.ix_(kept, kept)]
            inverse = np.linalg.inv(part + np.diag(penalty[kept]))
            variance = noise * ((inverse @ part) * inverse).sum(axis=1)
            certainty = (inverse @ wanted[kept]) ** 2 / np.maximum(variance, _NEXT_TO_NOTHING)
            certainty[~judged[kept]] = np.inf
            least = int(np.argmin(certainty))
            if certainty[least] > _WORTH_KEEPING:
                break
            kept = np.delete(kept, least)
        return np.isin(np.arange(len(penalty)), kept)

    def _weights(self, kept: NDArray[np.bool_], strength: float) -> Array:
        """Of the kept columns; ``strength`` is that of the penalty of holidays."""
        weights = np.zeros(len(kept))
        gram = self.tested.grams.sum(axis=0)[np.ix_(kept, kept)]
        penalty = np.diag(self._penalty(strength)[kept])
        weights[kept] = np.linalg.solve(gram + penalty, self.products.sum(axis=0)[kept])
        return weights

    def _error(self, kept: NDArray[np.bool_], strength: float) -> float:
        """Of each stretch, by weights that were learned from the others."""
        if not kept.any():
            return self.error_without
        grams, products = self.tested.grams[:, kept][:, :, kept], self.products[:, kept]
        total = grams.sum(axis=0) + np.diag(self._penalty(strength)[kept])
        others = np.zeros((len(grams), len(kept)))
        wanted = products.sum(axis=0) - products
        others[:, kept] = np.linalg.solve(total - grams, wanted[:, :, None])[:, :, 0]
        told = [
            self.tested.table[one] @ of_others
            for one, of_others in zip(self.tested.stretches, others, strict=True)
        ]
        off = (self.rest - np.concatenate(told)) * self.size
        return float(off @ off)

    def _penalty(self, strength: float) -> Array:
        factor = np.where(self.tested.is_of_holidays, strength, 1.0)
        return np.asarray(
            factor * float(np.var(self.rest)) / self.tested.expected**2 + _NEXT_TO_NOTHING
        )


def around(columns: Array, season: int, cycles: int) -> Array:
    """The mean at the same place of the cycles around, the own one included, of each column."""
    count = -(-len(columns) // season)
    padded = np.zeros((count * season, columns.shape[1] + 1))
    padded[: len(columns), :-1] = columns
    padded[: len(columns), -1] = 1.0
    sums = np.zeros((count + 2 * cycles + 1, season, padded.shape[1]))
    sums[cycles + 1 : cycles + 1 + count] = padded.reshape(count, season, -1)
    np.cumsum(sums, axis=0, out=sums)
    sums[cycles + 1 + count :] = sums[cycles + count]
    total = sums[2 * cycles + 1 :] - sums[: -2 * cycles - 1]
    mean = (total[:, :, :-1] / np.maximum(total[:, :, -1:], 1.0)).reshape(count * season, -1)
    return np.asarray(mean[: len(columns)])
