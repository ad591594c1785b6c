"""At which hours of the day errors are larger than usual, and at which smaller.

How errors grow with the forecast tells most of it, but not that a morning is told better than an
evening with as many sales.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency, Unit

Array = NDArray[np.float64]

ANYWHERE: Final = (1.0,)
"""The sizes of errors where all places are alike."""
USUAL_ERRORS: Final = 12.0
"""So many errors of the usual size are added to those of each place: as many as four windows of
three days have, so that a place whose errors were none keeps about half of the usual size."""
_HOURS_OF_DAY = 24


def places_of(frequency: Frequency) -> int:
    """Rows of a day, where a row is finer; of coarser rows all are alike."""
    is_part = frequency.unit is Unit.HOUR and _HOURS_OF_DAY % frequency.step == 0
    return _HOURS_OF_DAY // frequency.step if is_part else 1


def sizes_at_places(
    scores: Array, at_place: NDArray[np.int64], weights: Array, places: int
) -> Array:
    """The mean absolute error at each place over that of all, drawn to 1 where errors are few.

    Parameters
    ----------
    scores
        Errors in units of their size, not all 0.
    at_place
        By score, its place, 0 to ``places - 1``.
    weights
        What each score counts.
    """
    if places == 1:
        return np.ones(1)
    sizes = np.abs(scores)
    usual = float(weights @ sizes / weights.sum())
    there = np.bincount(at_place, weights * sizes, places) + USUAL_ERRORS * usual
    return np.asarray(there / (np.bincount(at_place, weights, places) + USUAL_ERRORS) / usual)
