"""The candidate that lends a young product the rhythm of its shop."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.candidates.candidate import FitContext, FitFailureError
from pipeline.forecast.history.prepared import History
from pipeline.forecast.periods import Periods, times_of
from pipeline.forecast.shared import Factors

DAYS_REMEMBERED = 28
SMALLEST_FACTOR = 0.05


@dataclass(frozen=True, slots=True)
class SharedRhythm:
    """A product's own level times the factors it shares with others."""

    level: float
    factors: Factors

    def predict(self, future: Periods) -> NDArray[np.float64]:
        return self.level * self.factors.at(times_of(future))


def fit_shared_profile(history: History, context: FitContext) -> SharedRhythm:
    """Find the level at which the shared factors explain the last four weeks."""
    if context.shared is None:
        raise FitFailureError("the job has no shared profile")
    factors = context.shared.factors(context.category)
    values = history.filled[-DAYS_REMEMBERED:]
    expected = np.maximum(factors.at(history.ds[-DAYS_REMEMBERED:]), SMALLEST_FACTOR)
    return SharedRhythm(float(values.sum() / expected.sum()), factors)


def has_unseen_profile(history: History, context: FitContext) -> bool:
    """Whether there is a profile for daily rows that has seen nothing after this history."""
    shared = context.shared
    return (
        shared is not None
        and shared.fitted_until is not None
        and history.frequency.name == "daily"
        and shared.fitted_until <= history.ds[-1]
    )
