"""Known effects taken out of a history before a method that knows nothing of them learns from it,
and put back into what it forecasts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.history.prepared import History
from pipeline.forecast.statistical.regressors import Regressors, regressors_of

Array = NDArray[np.float64]

_CYCLES_ASIDE = 4
"""Values are compared with those at the same place of four cycles before and after."""
_CYCLES_OF_LEVEL = 8
_FOLDS = 8
_LEAST_GAIN = 0.01
"""Effects that tell less than this share of stretches left out are left out."""
_LEAST_LEVEL = 0.05
"""Shares of next to nothing say nothing."""
_MOST_FACTOR = 6.0


@dataclass(frozen=True, slots=True)
class Effects:
    """What each column of the regressors adds, as a share of the level or in the unit of the
    values."""

    regressors: Regressors
    weights: Array
    is_share: bool

    def put_back(self, forecast: Array, future: pd.DataFrame) -> Array:
        """A forecast without effects, with them."""
        names = self.regressors.names
        covariates = {name: future[name].to_numpy(dtype=np.float64) for name in names}
        columns = self.regressors.columns(pd.DatetimeIndex(future["ds"]), covariates)
        effect = columns @ self.weights
        if self.is_share:
            return forecast * np.clip(1 + effect, 0.0, _MOST_FACTOR)
        return forecast + effect


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The values of a history without known effects, and those effects, if there are any."""

    values: Array
    effects: Effects | None


def adjusted(history: History, context: FitContext) -> Adjusted:
    """Find the effects of holidays, events and covariates, and take them out.

    Values and columns are both compared with their surroundings (the mean of the same place in the
    cycles around), so that trends and seasons of any form drop out; the effects are a ridge
    regression between the two. They are shares of the level around, or amounts, and taken out only
    if they tell stretches of time that they were not learned from.
    """
    values = history.filled
    nothing = Adjusted(values, None)
    season = max(history.frequency.rhythm if history.frequency.is_daily_or_finer else 1, 1)
    if len(values) < 8 * season or not values.max() > 0:
        return nothing
    regressors = regressors_of(history, context.holidays)
    table = regressors.columns(history.ds, history.columns)
    if not table.any():
        return nothing
    tested = _Tested.of(table, season, regressors.expected)
    unit = np.full(len(values), float(values.mean()))
    amounts = tested.fitted(values, unit)
    shares = tested.fitted(values, _level(values, unit, season))
    if shares.error_without > 0:  # the level that shares are of is the one without them
        without = values - shares.size * (table @ shares.weights)
        shares = tested.fitted(values, _level(without, unit, season))
    best = min(shares, amounts, key=lambda way: way.error)
    if not best.error < (1 - _LEAST_GAIN) * best.error_without:
        return nothing
    floor = _LEAST_LEVEL * best.size if values.min() > 0 else np.zeros(len(values))
    without = np.maximum(values - best.size * (table @ best.weights), floor)
    is_share = best is shares
    weights = best.weights if is_share else best.weights * unit[0]
    return Adjusted(without, Effects(regressors, weights, is_share))


@dataclass(frozen=True, slots=True)
class _Way:
    """Effects in units of ``size``; the errors are in the unit of the values."""

    weights: Array
    size: Array
    error: float
    error_without: float


@dataclass(frozen=True, slots=True)
class _Tested:
    """The columns less their surroundings, and their products by stretch of time."""

    table: Array
    season: int
    fold: NDArray[np.int64]
    grams: Array
    expected: Array

    @classmethod
    def of(cls, table: Array, season: int, expected: Array) -> "_Tested":
        rest = table - _around(table, season, _CYCLES_ASIDE)
        fold = np.arange(len(table)) * _FOLDS // len(table)
        grams = np.stack([rest[fold == one].T @ rest[fold == one] for one in range(_FOLDS)])
        return cls(rest, season, fold, grams, expected)

    def fitted(self, values: Array, size: Array) -> _Way:
        """Ridge weights of the values in units of ``size``; the errors are those of stretches left
        out one at a time."""
        share = values / size
        rest = share - _around(share[:, None], self.season, _CYCLES_ASIDE)[:, 0]
        fold, table = self.fold, self.table
        products = np.stack([table[fold == one].T @ rest[fold == one] for one in range(_FOLDS)])
        penalty = np.diag(float(np.var(rest)) / self.expected**2 + 1e-9)
        total, wanted = self.grams.sum(axis=0) + penalty, products.sum(axis=0)
        weights = np.linalg.solve(total - self.grams, (wanted - products)[:, :, None])[:, :, 0]
        off = (rest - np.einsum("ij,ij->i", table, weights[fold])) * size
        rest = rest * size
        whole = np.linalg.solve(total, wanted)
        return _Way(whole, size, float(off @ off), float(rest @ rest))


def _level(values: Array, unit: Array, season: int) -> Array:
    around = _around(values[:, None], season, _CYCLES_OF_LEVEL)[:, 0]
    return np.asarray(np.maximum(around, _LEAST_LEVEL * unit))


def _around(columns: Array, season: int, cycles: int) -> Array:
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
