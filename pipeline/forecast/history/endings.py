"""Whether a product is not sold any more."""

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency

CYCLES = 8
"""Two months of daily rows: shorter breaks are common."""
CHANCE = 1e-6
TIMES_LONGER = 2.0
"""So many times as long as the longest break before, else it may be the season of the product."""


def has_ended(values: NDArray[np.float64], frequency: Frequency) -> bool:
    """Whether the last run without a sale is so long that the product counts as ended.

    It is if it lasts at least eight cycles (daily: eight weeks), twice as long as any before, and
    would have a chance below one in a million if the product still sold as often as before.
    """
    known = values[np.isfinite(values)]
    sold = np.flatnonzero(known > 0)
    if not len(sold):
        return False
    silent = len(known) - 1 - int(sold[-1])
    longest = int(np.diff(sold).max(initial=1)) - 1
    if silent < max(CYCLES * frequency.rhythm, TIMES_LONGER * longest):
        return False
    life = int(sold[-1] - sold[0]) + 1
    chance = (life - len(sold) + 1) / (life + 2)
    return bool(silent * np.log(chance) < np.log(CHANCE))
