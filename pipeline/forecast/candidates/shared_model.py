"""The candidate that lends a young product the rhythm of its category.

The weekdays move from those of the category to its own as its weeks become more, and what is sold
over what they let expect is smoothed to a level, which after a launch changes quickly.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from pipeline.forecast.candidates.candidate import FitContext, FitFailureError
from pipeline.forecast.history.prepared import History
from pipeline.forecast.periods import Periods, times_of
from pipeline.forecast.shared import Factors
from pipeline.forecast.spec import AUTO

Array = NDArray[np.float64]

SMALLEST_FACTOR = 0.05
SMALLEST_LEVEL = 0.05
"""Beside the usual one."""
MEMORIES: Final = (0.7, 0.8, 0.9, 0.96, 0.99)
"""What a day counts beside the next one in the level: the one is used that told the past best."""
WEEKS_LIKE_OTHERS = 8.0
"""As many weeks a product is taken to have sold as its category does, beside its own."""
MEMORY_AROUND = 0.85
"""What a day counts beside the next one in the level around, beside which weekdays are seen."""
FIRST_TOLD = 4
"""Rows before the first level that is tested."""
DAYS_REMEMBERED = 2 * 364
WEEK, YEAR_DAYS = 7, 365


@dataclass(frozen=True, slots=True)
class SharedRhythm:
    """A product's own level times the factors it shares with others."""

    level: float
    factors: Factors

    def predict(self, future: Periods) -> NDArray[np.float64]:
        return self.level * self.factors.at(times_of(future))


def fit_shared_profile(history: History, context: FitContext) -> SharedRhythm:
    """Find the product's weekdays beside those of its category, and its level today."""
    if context.shared is None:
        raise FitFailureError("the job has no shared profile")
    shared = context.shared.factors(context.category)
    values, ds = history.filled[-DAYS_REMEMBERED:], history.ds[-DAYS_REMEMBERED:]
    weekdays, expected = ds.day_of_week.to_numpy(), np.maximum(shared.at(ds), SMALLEST_FACTOR)
    beside = _beside(values, expected, weekdays)
    own = shared.weekdays * beside
    factors = Factors(own / own.mean(), shared.months)
    return SharedRhythm(_level(values, expected * beside[weekdays] / own.mean()), factors)


def has_unseen_profile(history: History, context: FitContext) -> bool:
    """Whether there is a profile for daily rows that has seen nothing after this history, and the
    product has use for it: what sold for a year has a rhythm that others need not lend.
    """
    shared, is_choice = context.shared, context.spec.algorithm == AUTO
    return (
        shared is not None
        and shared.fitted_until is not None
        and history.frequency.name == "daily"
        and shared.fitted_until <= history.ds[-1]
        and not (is_choice and len(history) >= YEAR_DAYS)
    )


def _beside(values: Array, expected: Array, weekdays: NDArray[np.int64]) -> Array:
    """What is sold on each weekday over what the level around it lets expect, drawn to 1."""
    level = _around(values) / _around(expected)
    awaited = expected * np.maximum(level, SMALLEST_LEVEL * values.mean() / expected.mean())
    sold, due = (np.bincount(weekdays, each, WEEK) for each in (values, awaited))
    like_others = WEEKS_LIKE_OTHERS * awaited.mean()
    if not like_others > 0:
        return np.ones(WEEK)
    return np.asarray((sold + like_others) / (due + like_others))


def _level(values: Array, expected: Array) -> float:
    """The newest level, smoothed with the memory that told the days of a week ahead best."""
    levels = np.stack([_before(values, memory) / _before(expected, memory) for memory in MEMORIES])
    errors = np.zeros(len(MEMORIES))
    for ahead in range(1, min(WEEK, len(values) // 3) + 1):
        first = FIRST_TOLD + ahead
        off = values[first:] - levels[:, FIRST_TOLD:-ahead] * expected[first:]
        errors += (off**2).mean(axis=1)
    return float(levels[np.argmin(errors), -1])


def _before(values: Array, memory: float) -> Array:
    """The sum up to each row, in which what is older counts less."""
    return np.asarray(lfilter([1.0], [1.0, -memory], values))


def _around(values: Array) -> Array:
    """The same to both sides."""
    before, after = (_before(each, MEMORY_AROUND) for each in (values, values[::-1]))
    return np.asarray(before + after[::-1] - values)
