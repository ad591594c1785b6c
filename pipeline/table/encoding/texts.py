"""Free text as lengths and as a few numbers that sum up its words."""

import math
from collections import Counter
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from sklearn.decomposition import TruncatedSVD

from pipeline.table import values
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Feature
from pipeline.table.encoding.terms import terms, words
from pipeline.table.values import Cells

_LEARNED_TEXTS = 20_000
_MOST_TERMS = 6_000
_SHORT = 60
_CHUNK = 4_096
_LENGTHS = ("characters", "words", "share of capitals", "share of digits")
_FOR_TREES = 30
_MOST_COMPONENTS = 96
_ROWS_PER_COMPONENT = 20
_TERMS_PER_ROW = 3
_LEAST_REPEATS = 3

Matrix = npt.NDArray[np.float32]


class TextEncoder:
    """Lengths, and the strongest components (truncated SVD) of the words' TF-IDF weights."""

    codes: tuple[Feature, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = name
        self.with_letters = False
        self._place_of: dict[str, int] = {}
        self._rarity: npt.NDArray[np.float32] = np.empty(0, dtype=np.float32)
        self._components: Matrix = np.empty((0, 0), dtype=np.float32)

    @property
    def numbers(self) -> tuple[Feature, ...]:
        lengths = (Feature(f"{self.name}: {part}", self.name) for part in _LENGTHS)
        components = (
            Feature(
                f"{self.name}: topic {i + 1}",
                self.name,
                is_restated=i >= _FOR_TREES,
                topics_of=self.name,
            )
            for i in range(self._components.shape[1])
        )
        return (*lengths, *components)

    def fit(self, cells: Cells) -> Self:
        present = [text for text in values.texts(cells) if text is not None]
        if len(present) > _LEARNED_TEXTS:
            chosen = np.random.default_rng(0).choice(len(present), _LEARNED_TEXTS, replace=False)
            present = [present[place] for place in np.sort(chosen)]
        self.with_letters = bool(present) and float(np.mean([*map(len, present)])) <= _SHORT
        self._learn_terms(present)
        self._learn_components(present)
        return self

    def write(self, cells: Cells, out: Encoded) -> None:
        found = values.texts(cells)
        for row, text in enumerate(found):
            out.numbers[row, : len(_LENGTHS)] = np.nan if text is None else _lengths(text)
        if not self._components.shape[1]:
            return
        for start in range(0, len(found), _CHUNK):
            part = found[start : start + _CHUNK]
            weights = self._weights([text or "" for text in part])
            out.numbers[start : start + len(part), len(_LENGTHS) :] = weights @ self._components
        out.numbers[[text is None for text in found], len(_LENGTHS) :] = np.nan

    def _learn_terms(self, present: list[str]) -> None:
        counts = Counter(
            term for text in present for term in set(terms(text, with_letters=self.with_letters))
        )
        repeated = [
            term for term, count in counts.items() if _LEAST_REPEATS <= count < len(present)
        ]
        kept = sorted(repeated, key=lambda term: (-counts[term], term))
        kept = kept[: min(_MOST_TERMS, _TERMS_PER_ROW * len(present))]
        self._place_of = {term: place for place, term in enumerate(kept)}
        often = np.array([counts[term] for term in kept], dtype=np.float64)
        self._rarity = (np.log((1 + len(present)) / (1 + often)) + 1).astype(np.float32)

    def _learn_components(self, present: list[str]) -> None:
        most = min(_MOST_COMPONENTS, len(present) // _ROWS_PER_COMPONENT, len(self._place_of) - 1)
        if most < 1:
            self._components = np.empty((len(self._place_of), 0), dtype=np.float32)
            return
        learned = TruncatedSVD(most, n_iter=3, random_state=0).fit(self._weights(present))
        self._components = np.ascontiguousarray(learned.components_.T, dtype=np.float32)

    def _weights(self, found: list[str]) -> csr_array:
        """Shape (texts, terms); each row has length 1, so that long texts count as short ones."""
        places: list[int] = []
        weights: list[float] = []
        starts = [0]
        for text in found:
            counts = Counter(
                place
                for term in terms(text, with_letters=self.with_letters)
                if (place := self._place_of.get(term)) is not None
            )
            known = sorted(counts)
            row = [(1 + math.log(counts[place])) * float(self._rarity[place]) for place in known]
            norm = math.sqrt(math.fsum(one * one for one in row)) or 1.0
            places += known
            weights += [one / norm for one in row]
            starts.append(len(places))
        return csr_array(
            (np.array(weights, dtype=np.float32), np.array(places, dtype=np.int32), starts),
            shape=(len(found), len(self._place_of)),
        )


def _lengths(text: str) -> tuple[float, ...]:
    size = len(text)
    capitals = sum(map(str.isupper, text))
    digits = sum(map(str.isdigit, text))
    return size, len(words(text)), capitals / size, digits / size
