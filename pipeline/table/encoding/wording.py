"""Free text as lengths and as the words that are frequent in it."""

from collections import Counter
from typing import Self

import numpy as np

from pipeline.table import values
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Feature
from pipeline.table.encoding.terms import words
from pipeline.table.values import Cells

_LENGTHS = ("characters", "words")
_MOST_WORDS = 20
_LEAST_SHARE = 0.04
_LEAST_ROWS = 20
_MOST_SHARE = 0.98


class WordingEncoder:
    """Lengths of each text, and 1 for each of the most frequent words that is in it, else 0."""

    codes: tuple[Feature, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = name
        self._place_of: dict[str, int] = {}

    @property
    def numbers(self) -> tuple[Feature, ...]:
        parts = (*_LENGTHS, *(f"has “{word}”" for word in self._place_of))
        return tuple(Feature(f"{self.name}: {part}", self.name) for part in parts)

    def fit(self, cells: Cells) -> Self:
        counts: Counter[str] = Counter()
        for text, count in values.text_counts(cells).items():
            for word in set(words(text)):
                counts[word] += count
        rows = len(cells)
        least, most = max(_LEAST_ROWS, _LEAST_SHARE * rows), _MOST_SHARE * rows
        frequent = [word for word, count in counts.items() if least <= count <= most]
        kept = sorted(frequent, key=lambda word: (-counts[word], word))[:_MOST_WORDS]
        self._place_of = {word: place for place, word in enumerate(kept, len(_LENGTHS))}
        return self

    def write(self, cells: Cells, out: Encoded) -> None:
        out.numbers[:] = 0
        for row, text in enumerate(values.texts(cells)):
            if text is None:
                out.numbers[row] = np.nan
                continue
            found = words(text)
            out.numbers[row, : len(_LENGTHS)] = len(text), len(found)
            for word in found:
                if (place := self._place_of.get(word)) is not None:
                    out.numbers[row, place] = 1
