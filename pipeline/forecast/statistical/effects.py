"""Known effects taken out of a history before a method that knows nothing of them learns from it,
and put back into what it forecasts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.history.prepared import History
from pipeline.forecast.periods import Periods, times_of
from pipeline.forecast.statistical.effect_sizes import (
    BEYOND_CHANCE,
    Learned,
    Tested,
    Weights,
    around,
)
from pipeline.forecast.statistical.regressors import (
    BRIDGE_COLUMN,
    Regressors,
    regressors_of,
)
from pipeline.forecast.unpickling import set_state

Array = NDArray[np.float64]

_CYCLES_OF_LEVEL = 8
_LEAST_GAIN = 0.01
"""Effects that tell less than this share of stretches left out are left out, too."""
_LEAST_LEVEL = 0.05
"""Shares of next to nothing say nothing."""
_MOST_FACTOR = 6.0


@dataclass(frozen=True, slots=True)
class Effects:
    """What each column of the regressors adds, as a share of the level or in the unit of the
    values; ``strength`` is that of the penalty which those of holidays were found with."""

    regressors: Regressors
    weights: Array
    is_share: bool
    strength: float = 1.0

    def __setstate__(self, values: list[Any]) -> None:
        """Models of a former release know nothing of bridge days."""
        regressors, weights, *others = values
        if len(weights) < len(regressors.groups):
            weights = np.insert(weights, BRIDGE_COLUMN, 0.0)
        set_state(self, [regressors, weights, *others])

    def of(self, plain: Array, future: Periods) -> Array:
        """What effects add to a forecast without them."""
        effect = self._columns(future) @ self.weights
        if not self.is_share:
            return effect
        return plain * (np.clip(1 + effect, 0.0, _MOST_FACTOR) - 1)

    def parts(self, plain: Array, future: Periods) -> dict[str, Array]:
        """The same by what it is due to."""
        columns = self._columns(future) * self.weights
        whole, total = columns.sum(axis=1), self.of(plain, future)
        unit = np.divide(total, whole, out=np.zeros(len(whole)), where=whole != 0)
        parts: dict[str, Array] = {}
        for place, group in enumerate(self.regressors.groups):
            if self.weights[place] != 0:
                parts[group] = parts.get(group, 0.0) + unit * columns[:, place]
        return parts

    def affecting(self, regressors: Regressors) -> NDArray[np.bool_]:
        """Which columns of other regressors are of what has an effect here."""
        effects = zip(self.regressors.groups, self.weights.tolist(), strict=True)
        affected = {group for group, weight in effects if weight != 0}
        return np.array([group in affected for group in regressors.groups], dtype=np.bool_)

    def _columns(self, future: Periods) -> Array:
        names = self.regressors.names
        covariates = {name: future[name].to_numpy(dtype=np.float64) for name in names}
        return self.regressors.columns(times_of(future), covariates)


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The values of a history without known effects, and those effects, if there are any.

    Where none was found, ``changing`` are the covariates that might have had one; it is None where
    none was looked for.
    """

    values: Array
    effects: Effects | None
    changing: tuple[str, ...] | None = None


def adjusted(history: History, context: FitContext) -> Adjusted:
    """Find the effects of holidays, events and covariates, and take them out.

    Values and columns are both compared with their surroundings (the mean of the same place in the
    cycles around), so that trends and seasons of any form drop out; the effects are a ridge
    regression between the two. They are shares of the level around, or amounts, and taken out only
    if they tell stretches of time that they were not learned from, by more than chance would.
    """
    values = history.filled
    season = _season(history)
    if len(values) < 8 * season or not values.max() > 0:
        return Adjusted(values, None)
    regressors = regressors_of(history, context.holidays)
    nothing = Adjusted(values, None, regressors.names)
    tested = Tested.of(history.ds, history.columns, season, regressors)
    if not tested.columns.any():
        return nothing
    unit = _unit(values)
    amounts = tested.in_units(values, unit)
    shares = tested.in_units(values, _level(values, unit, season))
    if shares.error_without > 0:
        shares = _anew(shares, values, shares.weights_of_all)
    is_share = shares.error_with_all < amounts.error_with_all
    learned = shares if is_share else amounts
    best, error = learned.beyond_chance()
    luck = max(_LEAST_GAIN, BEYOND_CHANCE / len(values))
    if not error < (1 - luck) * learned.error_without:
        return nothing
    return _without(learned, best, values, regressors, is_share)


def adjusted_again(history: History, context: FitContext, before: Effects) -> Adjusted:
    """The same for a history that has become longer: what has an effect stays as it was found, how
    large effects are is learned anew."""
    values, season = history.filled, _season(history)
    regressors, unit = regressors_of(history, context.holidays), _unit(values)
    kept, strength = before.affecting(regressors), before.strength
    tested = Tested.of(history.ds, history.columns, season, regressors)
    if before.is_share:
        learned = tested.in_units(values, _level(values, unit, season))
        learned = _anew(learned, values, learned.weights_of(kept, strength))
    else:
        learned = tested.in_units(values, unit)
    weights = learned.weights_of(kept, strength)
    return _without(learned, weights, values, regressors, before.is_share)


def _without(
    learned: Learned, weights: Weights, values: Array, regressors: Regressors, is_share: bool
) -> Adjusted:
    floor = _LEAST_LEVEL * learned.size if values.min() > 0 else np.zeros(len(values))
    rest = np.maximum(values - learned.of(weights), floor)
    added = weights.values if is_share else weights.values * learned.size[0]
    return Adjusted(rest, Effects(regressors, added, is_share, weights.strength))


def _anew(shares: Learned, values: Array, weights: Weights) -> Learned:
    """In shares of the level that is left without the effects of these weights."""
    season = shares.tested.season
    level = _level(values - shares.of(weights), _unit(values), season)
    return shares.tested.in_units(values, level)


def _season(history: History) -> int:
    return max(history.frequency.rhythm if history.frequency.is_daily_or_finer else 1, 1)


def _unit(values: Array) -> Array:
    return np.full(len(values), float(values.mean()))


def _level(values: Array, unit: Array, season: int) -> Array:
    level = around(values[:, None], season, _CYCLES_OF_LEVEL)[:, 0]
    return np.asarray(np.maximum(level, _LEAST_LEVEL * unit))
