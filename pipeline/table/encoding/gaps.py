"""The time between two dates of the same row: how long a loan ran, how late an order came."""

import numpy as np

from pipeline.table.encoding.dates import DateEncoder
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Feature
from pipeline.table.values import Cells

_MICROSECONDS_PER_DAY = 86_400_000_000
MOST_DATES = 6


class GapEncoder:
    """Days from each column of dates to each later one in the table."""

    def __init__(self, dates: list[tuple[str, DateEncoder]]) -> None:
        self._dates = dates[:MOST_DATES]
        self.columns = tuple(name for name, _ in self._dates)
        count = len(self._dates)
        self._pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
        self.numbers = tuple(
            Feature(f"days from {self.columns[i]} to {self.columns[j]}", self.columns[j])
            for i, j in self._pairs
        )

    def write(self, cells: list[Cells], out: Encoded) -> None:
        """Fill ``out`` with the days between the columns ``columns``, whose cells these are."""
        moments = [
            encoder.moments(column) for (_, encoder), column in zip(self._dates, cells, strict=True)
        ]
        for place, (i, j) in enumerate(self._pairs):
            gap = moments[j] - moments[i]
            days = gap.astype(np.int64) / _MICROSECONDS_PER_DAY
            out.numbers[:, place] = np.where(np.isnat(gap), np.nan, days)
