"""From the columns of a plan to arrays of numbers and codes; the target takes no part."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.table.columns import ColumnPlan
from pipeline.table.encoding.dates import DateEncoder
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import ColumnEncoder, Feature, Layout
from pipeline.table.encoding.gaps import GapEncoder
from pipeline.table.encoding.numbers import NumberEncoder
from pipeline.table.encoding.repeats import Repeats
from pipeline.table.values import Cells, cells_of

_Places = npt.NDArray[np.int64]


class TableEncoder:
    """Encodes every row by itself, so that neither the order of the rows nor other rows or columns
    change what it becomes.

    Parameters
    ----------
    plan
        How each column is read.
    """

    def __init__(self, plan: ColumnPlan) -> None:
        self.plan = plan
        self.layout = Layout((), ())
        self._columns: list[tuple[int, ColumnEncoder]] = []
        self._gaps = GapEncoder([])
        self._width = (0, 0)
        self._numbers: _Places = np.empty(0, dtype=np.int64)
        self._codes: _Places = np.empty(0, dtype=np.int64)

    def fit(self, frame: pd.DataFrame) -> Self:
        """Learn categories and texts from ``frame``, and leave out what is constant in it."""
        self.fit_transform(frame)
        return self

    def fit_transform(self, frame: pd.DataFrame) -> Encoded:
        """``fit`` and ``transform`` of the same rows."""
        names = self.plan.features
        cells = cells_of(frame, names)
        self._columns = [
            (place, encoder.fit(cells[place]))
            for place, name in enumerate(names)
            for encoder in deepcopy(self.plan.encoders[name])
        ]
        dates = [(names[i], one) for i, one in self._columns if isinstance(one, DateEncoder)]
        self._gaps = GapEncoder(dates)
        encoders = [one for _, one in self._columns]
        numbers = [*(f for one in encoders for f in one.numbers), *self._gaps.numbers]
        codes = [feature for one in encoders for feature in one.codes]
        self._width = (len(numbers), len(codes))
        everything = self._write(cells, len(frame))
        self._numbers = np.flatnonzero([_varies(column) for column in everything.numbers.T])
        self._codes = np.flatnonzero([_varies(column) for column in everything.codes.T])
        self.layout = Layout(_select(numbers, self._numbers), _select(codes, self._codes))
        return self._kept(everything)

    def transform(self, frame: pd.DataFrame) -> Encoded:
        """The rows of ``frame``, which has at least the columns ``plan.features``."""
        return self._kept(self._write(cells_of(frame, self.plan.features), len(frame)))

    def kinds(self) -> dict[str, str]:
        """What each column holds, as ``kinds.check_columns`` wants it."""
        return self.plan.kinds

    @property
    def can_read(self) -> dict[str, Callable[[str], bool]]:
        """Of columns of numbers and dates, whether a text is one."""
        firsts = {name: some[0] for name, some in self.plan.encoders.items()}
        return {
            name: one.can_read
            for name, one in firsts.items()
            if isinstance(one, (NumberEncoder, DateEncoder))
        }

    @property
    def number_names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.layout.numbers)

    @property
    def code_names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.layout.codes)

    @property
    def sources(self) -> dict[str, str]:
        """The column of the table that each feature comes from."""
        features = (*self.layout.numbers, *self.layout.codes)
        return {feature.name: feature.source for feature in features}

    @property
    def cardinalities(self) -> tuple[int, ...]:
        """How many codes each code column may hold."""
        return self.layout.cardinalities

    def _write(self, cells: Sequence[Cells], rows: int) -> Encoded:
        wide, coded = self._width
        out = Encoded(
            numbers=np.empty((rows, wide), dtype=np.float32),
            codes=np.empty((rows, coded), dtype=np.int32),
        )
        number, code = 0, 0
        repeats = [Repeats.of(column) for column in cells]
        for place, one in self._columns:
            wide, coded = number + len(one.numbers), code + len(one.codes)
            part = out.columns(slice(number, wide), slice(code, coded))
            if (repeated := repeats[place]) is None:
                one.write(cells[place], part)
            else:
                repeated.write(one, part)
            number, code = wide, coded
        if self._gaps.numbers:
            dates = [cells[self.plan.features.index(name)] for name in self._gaps.columns]
            self._gaps.write(dates, out.columns(slice(number, None), slice(code, None)))
        return out

    def _kept(self, everything: Encoded) -> Encoded:
        return Encoded(
            numbers=np.ascontiguousarray(everything.numbers[:, self._numbers]),
            codes=np.ascontiguousarray(everything.codes[:, self._codes]),
        )


def _varies(column: npt.NDArray[np.generic]) -> bool:
    if len(column) == 0:
        return False
    is_nan = column != column
    if is_nan.any():
        return not is_nan.all()
    return bool((column != column[0]).any())


def _select(features: Sequence[Feature], places: _Places) -> tuple[Feature, ...]:
    return tuple(features[place] for place in places)
