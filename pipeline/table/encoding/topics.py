"""Free text as a few numbers that sum up its words."""

from collections import Counter
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from sklearn.decomposition import TruncatedSVD

from pipeline.table import values
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Feature
from pipeline.table.encoding.terms import terms
from pipeline.table.values import Cells

_LEARNED_TEXTS = 10_000
_MOST_TERMS = 6_000
_SHORT = 60
_CHUNK = 4_096
_MOST_FOR_TREES = 30
_ROWS_PER_TREE_COMPONENT = 100
_MOST_COMPONENTS = 96
_ROWS_PER_COMPONENT = 40
_SHORT_TEXTS_PER_LONG = 8
_FEWEST_COMPONENTS = 3
_TERMS_PER_ROW = 3
_LEAST_REPEATS = 3
_DAMPED = 1 + np.log(np.maximum(np.arange(1_000), 1))  # of how often a term is in a text

Matrix = npt.NDArray[np.float32]


class TopicEncoder:
    """The strongest components (truncated SVD) of the TF-IDF weights of words; fewer of short
    texts, such as names, and none where there are too few rows to learn any."""

    codes: tuple[Feature, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = name
        self.with_letters = False
        self._place_of: dict[str, int] = {}
        self._rarity: npt.NDArray[np.float32] = np.empty(0, dtype=np.float32)
        self._for_trees = 0
        self._components: Matrix = np.empty((0, 0), dtype=np.float32)

    @property
    def numbers(self) -> tuple[Feature, ...]:
        return tuple(
            Feature(
                f"{self.name}: topic {i + 1}",
                self.name,
                is_restated=i >= self._for_trees,
                topics_of=self.name,
            )
            for i in range(self._components.shape[1])
        )

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
        if not self._components.shape[1]:
            return
        found = values.texts(cells)
        for start in range(0, len(found), _CHUNK):
            part = found[start : start + _CHUNK]
            weights = self._weights([text or "" for text in part])
            out.numbers[start : start + len(part)] = weights @ self._components
        out.numbers[[text is None for text in found]] = np.nan

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
        rows = len(present) // _SHORT_TEXTS_PER_LONG if self.with_letters else len(present)
        self._for_trees = min(_MOST_FOR_TREES, rows // _ROWS_PER_TREE_COMPONENT)
        most = min(_MOST_COMPONENTS, rows // _ROWS_PER_COMPONENT, len(self._place_of) - 1)
        if most < _FEWEST_COMPONENTS:
            self._components = np.empty((len(self._place_of), 0), dtype=np.float32)
            return
        learned = TruncatedSVD(most, n_iter=3, random_state=0).fit(self._weights(present))
        self._components = np.ascontiguousarray(learned.components_.T, dtype=np.float32)

    def _weights(self, found: list[str]) -> csr_array:
        """Shape (texts, terms); each row has length 1, so that long texts count as short ones."""
        places: list[int] = []
        ends = [0]
        for text in found:
            known = map(self._place_of.get, terms(text, with_letters=self.with_letters))
            places += [place for place in known if place is not None]
            ends.append(len(places))
        shape = (len(found), len(self._place_of))
        counts = csr_array((np.ones(len(places)), np.array(places, dtype=np.int32), ends), shape)
        counts.sum_duplicates()
        times = np.minimum(counts.data.astype(np.int64), len(_DAMPED) - 1)
        weights = _DAMPED[times] * self._rarity[counts.indices]
        row = np.repeat(np.arange(len(found)), np.diff(counts.indptr))
        length = np.sqrt(np.bincount(row, weights**2, minlength=len(found)))
        data = (weights / length[row]).astype(np.float32)
        return csr_array((data, counts.indices, counts.indptr), shape)
