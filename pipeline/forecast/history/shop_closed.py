"""Days on which a whole shop sold nothing, recognised from all of its products together."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.occasions import Days
from pipeline.forecast.history.validation import QUANTITY, TIME

CHANCE = 1e-6
"""Of four years of days, one in 700 shops would have a false one by chance."""
MOST_ROWS_APART_DAYS = 1.5
"""Rows farther apart than this cover more than a day and tell nothing about single days."""


def shop_closed_days(histories: Iterable[pd.DataFrame]) -> Days:
    """The days on which no product was sold although that is next to impossible on an open day.

    Parameters
    ----------
    histories
        Of each product: columns ``ds`` and ``quantity``, hourly or daily, in any order.

    Returns
    -------
    Days
        Sorted days. Each product, from its first sale to its last, adds to a day the chance of
        not selling on any one day; the day is closed if nothing was sold and all of these chances
        together are below one in a million. Rare sellers alone never close a shop.
    """
    sold = [days for days in (_days_with_sales(frame) for frame in histories) if len(days) > 1]
    if not sold:
        return np.empty(0, dtype="datetime64[D]")
    first = min(days[0] for days in sold)
    length = int((max(days[-1] for days in sold) - first).astype(np.int64)) + 1
    chance, is_open = np.zeros(length + 1), np.zeros(length, dtype=np.bool_)
    for days in sold:
        places = (days - first).astype(np.int64)
        is_open[places] = True
        start, stop = int(places[0]), int(places[-1]) + 1
        silent = np.log((stop - start - len(days) + 1) / (stop - start + 2))
        chance[start] += silent
        chance[stop] -= silent
    closed = ~is_open & (np.cumsum(chance[:-1]) < np.log(CHANCE))
    return np.asarray(first + np.flatnonzero(closed).astype("timedelta64[D]"))


def _days_with_sales(frame: pd.DataFrame) -> NDArray[np.datetime64]:
    quantity = frame[QUANTITY].to_numpy(dtype=np.float64, na_value=np.nan)
    stamps = frame[TIME].to_numpy().astype("datetime64[D]")
    rows = _each_once(stamps)
    if len(rows) < 2 or np.median(np.diff(rows).astype(np.float64)) > MOST_ROWS_APART_DAYS:
        return rows[:0]
    return _each_once(stamps[quantity > 0])


def _each_once(days: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """In order; most histories come as they should be, which is quicker to see than to sort."""
    return days if (days[1:] > days[:-1]).all() else np.unique(days)
