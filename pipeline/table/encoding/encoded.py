"""The rows of a table as two arrays."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """Rows without their target.

    Attributes
    ----------
    numbers
        Shape (rows, number columns), float32; NaN where a value is missing. Numbers, parts of
        dates, components of texts and flags.
    codes
        Shape (rows, category columns), int32; 0 where a value is missing, 1 where it was not among
        the rows that were learned from (or is too rare), then 2, 3, … by falling frequency.
    """

    numbers: npt.NDArray[np.float32]
    codes: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: npt.NDArray[np.int64] | slice) -> Self:
        """Only ``rows``, in their order."""
        return type(self)(numbers=self.numbers[rows], codes=self.codes[rows])

    def columns(self, numbers: slice, codes: slice) -> Self:
        """Only some columns of both, as views of the same memory."""
        return type(self)(numbers=self.numbers[:, numbers], codes=self.codes[:, codes])
