"""From the columns of a plan to arrays of numbers and codes; the target takes no part."""

from copy import deepcopy
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.table.columns import ColumnPlan
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import ColumnEncoder, Feature, Layout
from pipeline.table.values import cells_of


class TableEncoder:
    """Encodes every column of ``plan`` by itself, so that neither the order of the rows nor other
    rows or columns change what a row becomes.

    Parameters
    ----------
    plan
        How each column is read.
    """

    def __init__(self, plan: ColumnPlan) -> None:
        self.plan = plan
        self._columns: list[tuple[str, ColumnEncoder]] = []
        self._numbers: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._codes: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self.layout = Layout((), ())

    def fit(self, frame: pd.DataFrame) -> Self:
        """Learn categories and texts from ``frame``, and leave out what is constant in it."""
        self.fit_transform(frame)
        return self

    def fit_transform(self, frame: pd.DataFrame) -> Encoded:
        """``fit`` and ``transform`` of the same rows."""
        names = self.plan.features
        self._columns = [
            (name, encoder.fit(cells))
            for name, cells in zip(names, cells_of(frame, names), strict=True)
            for encoder in deepcopy(self.plan.encoders[name])
        ]
        everything = self._write(frame)
        self._numbers = np.flatnonzero([_varies(column) for column in everything.numbers.T])
        self._codes = np.flatnonzero([_varies(column) for column in everything.codes.T])
        self.layout = Layout(
            _select(
                [feature for _, one in self._columns for feature in one.numbers], self._numbers
            ),
            _select([feature for _, one in self._columns for feature in one.codes], self._codes),
        )
        return self._kept(everything)

    def transform(self, frame: pd.DataFrame) -> Encoded:
        """The rows of ``frame``, which has at least the columns ``plan.features``."""
        return self._kept(self._write(frame))

    def kinds(self) -> dict[str, str]:
        """What each column holds, as ``kinds.check_columns`` wants it."""
        return self.plan.kinds

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

    def _write(self, frame: pd.DataFrame) -> Encoded:
        rows = len(frame)
        widths = [(len(one.numbers), len(one.codes)) for _, one in self._columns]
        numbers = np.empty((rows, sum(width for width, _ in widths)), dtype=np.float32)
        codes = np.empty((rows, sum(width for _, width in widths)), dtype=np.int32)
        number, code = 0, 0
        names = [name for name, _ in self._columns]
        cells = cells_of(frame, names)
        for (_, one), column, (wide, coded) in zip(self._columns, cells, widths, strict=True):
            one.write(column, numbers[:, number : number + wide], codes[:, code : code + coded])
            number, code = number + wide, code + coded
        return Encoded(numbers=numbers, codes=codes)

    def _kept(self, everything: Encoded) -> Encoded:
        return Encoded(
            numbers=np.ascontiguousarray(everything.numbers[:, self._numbers]),
            codes=np.ascontiguousarray(everything.codes[:, self._codes]),
        )


def _varies(column: npt.NDArray[np.generic]) -> bool:
    if len(column) == 0:
        return False
    is_nan = column != column  # noqa: PLR0124 - NaN differs from itself
    if is_nan.any():
        return not is_nan.all()
    return bool((column != column[0]).any())


def _select(features: list[Feature], places: npt.NDArray[np.int64]) -> tuple[Feature, ...]:
    return tuple(features[place] for place in places)
