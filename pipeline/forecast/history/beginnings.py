"""Where the life of a product begins in a history that starts earlier."""

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency


def beginning(values: NDArray[np.float64], frequency: Frequency, least_days: int) -> int:
    """The row from which on the product was on sale.

    Rows before the first sale count as not yet on sale if they are at least a cycle (daily: a week)
    and more than ever passed between two sales later. As many rows are left as a training needs.
    """
    sold = np.flatnonzero(values > 0)
    if not len(sold):
        return 0
    silent = int(sold[0])
    longest = int(np.diff(sold).max(initial=1)) - 1
    if silent < frequency.rhythm or silent <= longest:
        return 0
    needed = frequency.horizon_rows(least_days)
    return max(0, min(silent, len(values) - max(needed, 2 * frequency.rhythm)))
