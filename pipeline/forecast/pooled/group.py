"""How a group of products sells: the mean of what each sells relative to its own recent level."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.pooled.pace import Pace, pace_of
from pipeline.forecast.pooled.running import Running, Values, ratio
from pipeline.forecast.pooled.series import Series, Stamps, stamps_of

MOST_TIMES_LEVEL = 10.0
"""A day with more than ten times the level says something about its product, not its group."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """An index by period; an entry has seen nothing later than its period.

    It is equal to itself only, so that what is made of it can be kept by it.
    """

    start: np.datetime64
    index: Values
    frequency: Frequency

    def stamps(self, rows: int) -> Stamps:
        """The first time stamps of its calendar, beyond its end if so many are asked for."""
        return stamps_of(self.frequency.grid(pd.Timestamp(self.start), rows))


def rows_after(start: np.datetime64, stamp: np.datetime64, frequency: Frequency) -> int:
    """How many rows lie between two time stamps of a calendar."""
    return frequency.rows_between(pd.Timestamp(start), pd.Timestamp(stamp))


def group_of(members: Iterable[Series], frequency: Frequency) -> Group:
    """The index of some products of one frequency."""
    products = list(members)
    start = min(one.stamps[0] for one in products)
    offsets = [rows_after(start, one.stamps[0], frequency) for one in products]
    rows = max(offset + len(one) for offset, one in zip(offsets, products, strict=True))
    sums, counts = np.zeros(rows), np.zeros(rows)
    pace = pace_of(frequency)
    for offset, one in zip(offsets, products, strict=True):
        relative = _relative(one.values, pace)
        known = np.isfinite(relative)
        sums[offset : offset + len(one)] += np.where(known, relative, 0.0)
        counts[offset : offset + len(one)] += known
    index = np.where(counts > 0, sums / np.maximum(counts, 1.0), np.nan)
    return Group(start, index.astype(np.float32), frequency)


def _relative(values: Values, pace: Pace) -> Values:
    """Each quantity relative to the level before it."""
    origins = np.arange(len(values))
    level = Running(values).before(origins, pace.levels[2], at_least=pace.levels[0])
    return np.minimum(ratio(values, level), MOST_TIMES_LEVEL)
