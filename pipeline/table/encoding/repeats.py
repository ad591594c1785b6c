"""Texts that repeat are encoded once, however many rows hold them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import ColumnEncoder
from pipeline.table.values import Cells

_LEAST_ROWS = 1_000
_MOST_DISTINCT = 0.5


@dataclass(frozen=True, slots=True)
class Repeats:
    """The ``distinct`` values of a column, and the place of each row's value among them."""

    distinct: pd.Series
    places: npt.NDArray[np.int64]

    @classmethod
    def of(cls, cells: Cells) -> Self | None:
        """None where it would not pay: of few rows, few repetitions, or what is quickly read."""
        if len(cells) < _LEAST_ROWS or not isinstance(cells, pd.Series):
            return None
        if not isinstance(cells.dtype, pd.StringDtype):
            return None
        places, distinct = pd.factorize(cells, use_na_sentinel=False)
        if len(distinct) > _MOST_DISTINCT * len(cells):
            return None
        return cls(pd.Series(distinct, dtype=cells.dtype), places)

    def write(self, encoder: ColumnEncoder, out: Encoded) -> None:
        """What ``encoder`` writes for all rows."""
        count = len(self.distinct)
        found = Encoded(
            numbers=np.empty((count, out.numbers.shape[1]), dtype=np.float32),
            codes=np.empty((count, out.codes.shape[1]), dtype=np.int32),
        )
        encoder.write(self.distinct, found)
        out.numbers[:] = found.numbers[self.places]
        out.codes[:] = found.codes[self.places]
