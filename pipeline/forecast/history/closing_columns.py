"""Columns that say when a shop is closed, such as ``open``, and were right whenever they did."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

CHANCE = 1e-6
"""That so many marked rows sell nothing by chance: a column that only looks like one is rare."""

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


def marked_closed(columns: Iterable[Values], quantities: Values, rows: int) -> Mask:
    """The rows, past and ahead, that a column of zeros and ones marks as closed.

    Parameters
    ----------
    columns
        One value per row of the history and of the forecast, missing where not stated.
    quantities
        Of the history, missing where unknown.
    rows
        Of the history and of the forecast.

    Returns
    -------
    numpy.ndarray
        Marked are the rows with one of the two values if nothing was ever sold in such a row,
        although that would be next to impossible were they like the other rows.
    """
    marked = np.zeros(rows, dtype=np.bool_)
    for column in columns:
        known = column[np.isfinite(column)]
        if not np.isin(known, (0.0, 1.0)).all():
            continue
        for value in (0.0, 1.0):
            alike = column == value
            if _never_sells(alike[: len(quantities)], quantities):
                marked |= alike
    return marked


def _never_sells(rows: Mask, quantities: Values) -> bool:
    known = np.isfinite(quantities)
    inside, others = quantities[rows & known], quantities[~rows & known]
    if not len(inside) or (inside > 0).any() or not (others > 0).any():
        return False
    nothing = (np.count_nonzero(others == 0) + 1) / (len(others) + 2)
    return bool(nothing ** len(inside) < CHANCE)
