"""How large effects are beside their surroundings, and which of them are more than chance."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.holiday_calendar import content_key
from pipeline.forecast.positive import solved
from pipeline.forecast.recent import Recent
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
_CALENDARS = Recent(4_000_000)
"""32 MB: some thirty histories of two years of days."""


@dataclass(frozen=True, slots=True)
class Weights:
    """By column, in units of a size; ``strength`` is that of the penalty of holidays."""

    values: Array
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Tested:
    """Columns, and less their surroundings with the products of these by stretch of time."""

    columns: Array
    table: Array
    season: int
    grams: Array
    expected: Array
    is_of_holidays: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        ds: pd.DatetimeIndex,
        covariates: Mapping[str, Array],
        season: int,
        regressors: Regressors,
    ) -> "Tested":
        """The columns of regressors at time stamps at which covariates have these values."""
        laid = _of_calendar(ds, season, regressors)
        if regressors.names:
            laid = laid.beside(_laid(regressors.of_covariates(covariates), season))
        of_holidays = np.arange(laid.columns.shape[1]) < regressors.holiday_columns
        return cls(laid.columns, laid.table, season, laid.grams, regressors.expected, of_holidays)

    @property
    def stretches(self) -> tuple[slice, ...]:
        """Rows that are told by the others."""
        return _stretches(len(self.table))

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

    def of(self, weights: Weights) -> Array:
        """What the columns add to the values, by row."""
        return np.asarray(self.size * (self.tested.columns @ weights.values))

    @cached_property
    def error_without(self) -> float:
        """Of a forecast without effects."""
        return float(((self.rest * self.size) ** 2).sum())

    @cached_property
    def weights_of_all(self) -> Weights:
        """Of all columns, whatever they are worth."""
        return self.weights_of(self._all)

    @cached_property
    def error_with_all(self) -> float:
        """Of a forecast with the effects of all columns."""
        return self._error(self._all, 1.0)

    def weights_of(self, kept: NDArray[np.bool_], strength: float = 1.0) -> Weights:
        """Of the kept columns; the others have no effect."""
        weights = np.zeros(len(kept))
        gram = self.tested.grams.sum(axis=0)[np.ix_(kept, kept)]
        gram.flat[:: len(gram) + 1] += self._penalty(strength)[kept]
        weights[kept] = solved(gram, self.products.sum(axis=0)[kept])
        return Weights(weights, strength)

    def beyond_chance(self) -> tuple[Weights, float]:
        """Of the columns whose effects are more than chance, and the error with them of stretches
        left out, in the unit of the values."""
        of_holidays = self.tested.is_of_holidays
        single = self._certain() & ~of_holidays
        without = self._error(single, 1.0)
        if of_holidays.any():
            kept = single | of_holidays
            error, strength = min((self._error_at(kept, one), one) for one in _STRENGTHS)
            if error < without - _BEYOND_CHANCE_OF_MANY * self.error_without / len(self.rest):
                return self.weights_of(kept, strength), error
        return self.weights_of(single), without

    @property
    def _all(self) -> NDArray[np.bool_]:
        return np.ones(len(self.tested.expected), dtype=np.bool_)

    def _error_at(self, kept: NDArray[np.bool_], strength: float) -> float:
        is_known = strength == 1.0 and bool(kept.all())
        return self.error_with_all if is_known else self._error(kept, strength)

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

    def _error(self, kept: NDArray[np.bool_], strength: float) -> float:
        """Of each stretch, by weights that were learned from the others."""
        if not kept.any():
            return self.error_without
        grams, products = self.tested.grams, self.products
        if not kept.all():
            grams, products = grams[:, kept][:, :, kept], products[:, kept]
        total, wanted = grams.sum(axis=0), products.sum(axis=0)
        total.flat[:: len(total) + 1] += self._penalty(strength)[kept]
        told = []
        for one, gram, own in zip(self.tested.stretches, grams, products, strict=True):
            others = np.zeros(len(kept))
            others[kept] = solved(total - gram, wanted - own)
            told.append(self.tested.table[one] @ others)
        off = (self.rest - np.concatenate(told)) * self.size
        return float(off @ off)

    def _penalty(self, strength: float) -> Array:
        factor = np.where(self.tested.is_of_holidays, strength, 1.0)
        return np.asarray(
            factor * float(np.var(self.rest)) / self.tested.expected**2 + _NEXT_TO_NOTHING
        )


@dataclass(frozen=True, slots=True)
class _Laid:
    """Columns, the same less their surroundings, and the products of these by stretch of time."""

    columns: Array
    table: Array
    grams: Array

    @property
    def size(self) -> int:
        return 2 * self.columns.size + self.grams.size

    def beside(self, other: "_Laid") -> "_Laid":
        """The columns of both."""
        stretches = _stretches(len(self.table))
        crossed = np.stack([self.table[one].T @ other.table[one] for one in stretches])
        turned = crossed.transpose(0, 2, 1)
        grams = np.block([[self.grams, crossed], [turned, other.grams]])
        return _Laid(
            np.hstack([self.columns, other.columns]), np.hstack([self.table, other.table]), grams
        )


def _laid(columns: Array, season: int) -> _Laid:
    table = columns - around(columns, season, _CYCLES_ASIDE)
    grams = np.stack([table[one].T @ table[one] for one in _stretches(len(table))])
    return _Laid(columns, table, grams)


def _of_calendar(ds: pd.DatetimeIndex, season: int, regressors: Regressors) -> _Laid:
    """Holidays and events; products of a shop and the methods of a test ask for the same."""
    times = blake2b(ds.values.tobytes(), digest_size=16).digest()
    key = times, str(ds.dtype), season, regressors.frequency, content_key(regressors.holidays)
    known = _CALENDARS.get(key, _Laid)
    if known is None:
        known = _laid(regressors.of_calendar(ds), season)
        _CALENDARS.put(key, known, known.size)
    return known


def _stretches(rows: int) -> tuple[slice, ...]:
    ends = np.arange(_FOLDS + 1) * rows // _FOLDS
    return tuple(slice(*pair) for pair in itertools.pairwise(ends.tolist()))


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
