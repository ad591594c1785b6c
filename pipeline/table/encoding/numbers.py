"""Columns of numbers, also of numbers that are written as text."""

from typing import Self

import numpy as np
import numpy.typing as npt

from pipeline.table import values
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import FIRST_CODE, MISSING_CODE, RARE_CODE, Feature
from pipeline.table.encoding.written_numbers import NumberReader
from pipeline.table.values import Cells

_ROWS_COMPARED = 50_000


class NumberEncoder:
    """The number itself. Large numbers that lie close together, such as moments in seconds, are
    counted from their median, because a ``float32`` holds seven digits."""

    codes: tuple[Feature, ...] = ()

    def __init__(self, name: str, written: NumberReader) -> None:
        self.numbers = (Feature(name, name),)
        self.written = written
        self.origin = 0.0

    def fit(self, cells: Cells) -> Self:
        read = values.numbers(cells, self.written.read)
        some = read[:: max(1, len(read) // _ROWS_COMPARED)]
        distinct = np.unique(some[~np.isnan(some)])
        single = np.unique(distinct.astype(np.float32))
        self.origin = float(np.median(distinct)) if len(single) < len(distinct) else 0.0
        return self

    def write(self, cells: Cells, out: Encoded) -> None:
        out.numbers[:, 0] = values.numbers(cells, self.written.read) - self.origin

    def can_read(self, text: str) -> bool:
        """Whether ``text`` is a number, or one of the words that stand for one."""
        return self.written.has_units or not np.isnan(self.written.read(text))


class NumberCodeEncoder:
    """Each of the numbers that repeat as a code of its own: stars, months, shops, postcodes."""

    numbers: tuple[Feature, ...] = ()

    def __init__(self, name: str, written: NumberReader, *, is_restated: bool) -> None:
        self.name = name
        self.written = written
        self.is_restated = is_restated
        self.known: npt.NDArray[np.float64] = np.empty(0)
        self.code_of: npt.NDArray[np.int32] = np.empty(0, dtype=np.int32)

    @property
    def codes(self) -> tuple[Feature, ...]:
        count = len(self.known) + FIRST_CODE
        return (Feature(self.name, self.name, count, self.is_restated),)

    def fit(self, cells: Cells) -> Self:
        read = values.numbers(cells, self.written.read)
        distinct, counts = np.unique(read[~np.isnan(read)], return_counts=True)
        self.known, counts = distinct[counts > 1], counts[counts > 1]
        by_frequency = np.argsort(-counts, kind="stable")
        self.code_of = np.empty(len(counts), dtype=np.int32)
        self.code_of[by_frequency] = np.arange(len(counts), dtype=np.int32) + FIRST_CODE
        return self

    def write(self, cells: Cells, out: Encoded) -> None:
        read = values.numbers(cells, self.written.read)
        out.codes[:, 0] = np.where(np.isnan(read), MISSING_CODE, RARE_CODE)
        if len(self.known):
            places = np.minimum(np.searchsorted(self.known, read), len(self.known) - 1)
            is_known = self.known[places] == read
            out.codes[is_known, 0] = self.code_of[places[is_known]]
