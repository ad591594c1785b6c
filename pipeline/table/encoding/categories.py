"""Columns of names that repeat."""

from collections import Counter
from typing import Self

import numpy as np
import numpy.typing as npt

from pipeline.table.encoding.features import FIRST_CODE, MISSING_CODE, RARE_CODE, Feature
from pipeline.table.values import Cells, texts

MOST_CODES = 20_000


class CategoryEncoder:
    """A code for each text that occurs more than once, by falling frequency."""

    numbers: tuple[Feature, ...] = ()

    def __init__(self, name: str, source: str | None = None) -> None:
        self.name = name
        self.source = source or name
        self.code_of: dict[str, int] = {}

    @property
    def codes(self) -> tuple[Feature, ...]:
        return (Feature(self.name, self.source, len(self.code_of) + FIRST_CODE),)

    def labels(self, cells: Cells) -> list[str | None]:
        """What the codes stand for, one for each cell."""
        return texts(cells)

    def fit(self, cells: Cells) -> Self:
        counts = Counter(text for text in self.labels(cells) if text is not None)
        ordered = sorted(counts, key=lambda text: (-counts[text], text))[:MOST_CODES]
        repeated = [text for text in ordered if counts[text] > 1]
        self.code_of = {text: code for code, text in enumerate(repeated, FIRST_CODE)}
        return self

    def write(
        self, cells: Cells, numbers: npt.NDArray[np.float32], codes: npt.NDArray[np.int32]
    ) -> None:
        known = self.code_of
        codes[:, 0] = [
            MISSING_CODE if text is None else known.get(text, RARE_CODE)
            for text in self.labels(cells)
        ]
