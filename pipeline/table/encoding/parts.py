"""Texts of several parts, such as A/12/S or C85: each part as a column of its own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import ColumnEncoder, Feature
from pipeline.table.values import Cells, texts

_DELIMITERS = ("/", "|", ";", "_", "-", ":", ",", ".", " ")
_SAME_SHARE = 0.98
_MOST_PARTS = 6
_PREFIXED = re.compile(r"([^\W\d]{1,10})[\s\-./_#]*(\d{1,15})(?!\d).*", re.DOTALL)
_PREFIXED_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Splitting:
    """How a text is taken apart: at ``delimiter``, or into its first letters and first number."""

    delimiter: str | None
    count: int

    def split(self, text: str) -> list[str] | None:
        """The parts, or None if there are more or fewer than in the other rows."""
        if self.delimiter is None:
            found = _PREFIXED.fullmatch(text)
            return [found[1], found[2]] if found is not None else None
        parts = text.split(self.delimiter)
        return parts if len(parts) == self.count else None


def find_splitting(sample: Sequence[str]) -> Splitting | None:
    """How nearly all texts of ``sample`` come apart into the same number of parts, if they do."""
    for delimiter in _DELIMITERS:
        counts = np.array([text.count(delimiter) for text in sample])
        usual = int(np.median(counts))
        if 1 <= usual < _MOST_PARTS and np.mean(counts == usual) >= _SAME_SHARE:
            return Splitting(delimiter, usual + 1)
    if np.mean([_PREFIXED.fullmatch(text) is not None for text in sample]) >= _PREFIXED_SHARE:
        return Splitting(None, 2)
    return None


class PartsEncoder:
    """The parts of one column; ``encoders`` holds those of each part, none if it tells nothing."""

    def __init__(
        self, name: str, splitting: Splitting, encoders: Sequence[Sequence[ColumnEncoder]]
    ) -> None:
        self.name = name
        self.splitting = splitting
        self._encoders = [(part, one) for part, some in enumerate(encoders) for one in some]

    @property
    def numbers(self) -> tuple[Feature, ...]:
        return tuple(
            replace(feature, source=self.name)
            for _, one in self._encoders
            for feature in one.numbers
        )

    @property
    def codes(self) -> tuple[Feature, ...]:
        return tuple(
            replace(feature, source=self.name) for _, one in self._encoders for feature in one.codes
        )

    def fit(self, cells: Cells) -> Self:
        parts = self.parts(cells)
        for part, one in self._encoders:
            one.fit(parts[:, part])
        return self

    def parts(self, cells: Cells) -> npt.NDArray[np.object_]:
        """Shape (rows, parts); None where a text does not come apart."""
        found = texts(cells)
        parts = np.full((len(found), self.splitting.count), None, dtype=object)
        for row, text in enumerate(found):
            if text is not None:
                parts[row] = self.splitting.split(text)
        return parts

    def write(self, cells: Cells, out: Encoded) -> None:
        parts = self.parts(cells)
        number, code = 0, 0
        for part, one in self._encoders:
            wide, coded = number + len(one.numbers), code + len(one.codes)
            one.write(parts[:, part], out.columns(slice(number, wide), slice(code, coded)))
            number, code = wide, coded
