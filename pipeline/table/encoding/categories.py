"""Columns of names that repeat."""

from collections import Counter
from typing import Any, Self

import numpy as np

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import FIRST_CODE, MISSING_CODE, RARE_CODE, Feature
from pipeline.table.values import Cells, each, text_counts, text_of

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

    def label(self, text: str) -> str:
        """What a code stands for."""
        return text

    def fit(self, cells: Cells) -> Self:
        counts: Counter[str] = Counter()
        for text, count in text_counts(cells).items():
            counts[self.label(text)] += count
        ordered = sorted(counts, key=lambda label: (-counts[label], label))[:MOST_CODES]
        repeated = [label for label in ordered if counts[label] > 1]
        self.code_of = {label: code for code, label in enumerate(repeated, FIRST_CODE)}
        return self

    def write(self, cells: Cells, out: Encoded) -> None:
        out.codes[:, 0] = each(cells, self._code, np.int32)

    def _code(self, value: Any) -> int:
        text = text_of(value)
        return MISSING_CODE if text is None else self.code_of.get(self.label(text), RARE_CODE)
