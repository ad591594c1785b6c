"""The space in which distances between rows of any table mean something."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA

from pipeline.clusters import association
from pipeline.clusters.gaps import GapFiller
from pipeline.clusters.indicators import Indicators
from pipeline.clusters.layout import Layout
from pipeline.clusters.scaling import NumberScaler
from pipeline.table.encoding.encoded import Encoded

Array = npt.NDArray[Any]

_MOST_DIMENSIONS = 30
_EXACT_UP_TO = 300
_ASSOCIATION_ROWS = 5_000
_PARTS_PER_COLUMN = 3
_CHUNK_CELLS = 4_000_000
_DECIMALS = 9


class Space:
    """Turns encoded rows into points.

    Every column of the table weighs the same, however many features it has: a number has variance
    1, the indicators of a category have it together, so have the parts of a date and the components
    of a text. Columns of few values that go along with no other column weigh little. Missing values
    are filled from similar rows, and at most 30 principal components are kept.
    """

    def __init__(self, layout: Layout, seed: int) -> None:
        self._layout = layout
        self._seed = seed

    def fit(self, encoded: Encoded) -> Self:
        """Learn the space from ``encoded``, which should be a sample of some ten thousand rows."""
        encoded = self._layout.select(encoded)
        self._scaler = NumberScaler().fit(encoded.numbers)
        self._indicators = Indicators().fit(encoded.codes)
        self._weights = np.ones(encoded.numbers.shape[1] + len(self._indicators.owners_))
        raw = self._features(encoded)
        self.column_weights = self._weigh(raw, encoded)
        raw = raw * self._weights
        self._gaps = GapFiller(raw)
        filled = self._gaps.fill(raw)
        self._components = _principal_components(filled, self._seed)
        is_discrete = np.array([_has_few_values(one) for one in encoded.numbers.T], dtype=bool)
        self._discrete_numbers = self._layout.number_places[is_discrete]
        is_code = np.ones(len(self._indicators.owners_), dtype=bool)
        self._is_continuous = ~np.concatenate([is_discrete, is_code])
        return self

    @property
    def dimensions(self) -> int:
        return int(self._components.n_components_)

    def explained(self, dimensions: int) -> list[float]:
        """The share of all differences that each of the first ``dimensions`` shows."""
        return [round(float(one), 4) for one in self._components.explained_variance_ratio_][
            :dimensions
        ]

    @property
    def discrete_columns(self) -> int:
        """How many features have few values."""
        return len(self._layout.code_places) + len(self._discrete_numbers)

    def shuffled(self, encoded: Encoded, random: np.random.Generator) -> Encoded:
        """``encoded`` with each feature of few values shuffled among the rows by itself."""
        numbers, codes = encoded.numbers.copy(), encoded.codes.copy()
        for place in self._discrete_numbers:
            numbers[:, place] = random.permutation(numbers[:, place])
        for place in self._layout.code_places:
            codes[:, place] = random.permutation(codes[:, place])
        return Encoded(numbers=numbers, codes=codes)

    def transform(self, encoded: Encoded) -> Array:
        """Points, shape (rows, dimensions); each depends on nothing but its row."""
        height = max(1, _CHUNK_CELLS // max(1, len(self._weights)))
        parts = [
            self._points(self._layout.select(encoded.take(slice(start, start + height))))
            for start in range(0, len(encoded), height)
        ]
        return np.vstack(parts) if parts else np.empty((0, self.dimensions))

    @property
    def continuous_axes(self) -> Array:
        """Shape (dimensions, features of many values): takes points to these features."""
        return np.asarray(self._components.components_[:, self._is_continuous])

    def _points(self, encoded: Encoded) -> Array:
        filled = self._gaps.fill(self._features(encoded) * self._weights)
        return np.asarray(self._components.transform(filled).round(_DECIMALS))

    def _features(self, encoded: Encoded) -> Array:
        return np.hstack(
            [self._scaler.transform(encoded.numbers), self._indicators.transform(encoded.codes)]
        )

    def _owners(self) -> Array:
        """The number of the column, in the order of the layout, behind each feature."""
        places = {name: place for place, name in enumerate(self._layout.sources)}
        numbers = [places[name] for name in self._layout.number_sources]
        codes = np.array([places[name] for name in self._layout.code_sources], dtype=np.int64)
        return np.concatenate([np.array(numbers, dtype=np.int64), codes[self._indicators.owners_]])

    def _weigh(self, raw: Array, encoded: Encoded) -> dict[str, float]:
        owners = self._owners()
        sources = self._layout.sources
        own = np.ones(len(owners))
        topics = np.flatnonzero(self._layout.is_topic)
        own[topics] = np.nanstd(_zero_if_empty(encoded.numbers[:, topics]), axis=0)
        for owner in np.unique(owners[topics]):
            of_text = topics[owners[topics] == owner]
            own[of_text] /= max(float(own[of_text].max()), 1e-12)
        spread = own**2 * np.nanvar(_zero_if_empty(raw), axis=0)
        variance = np.bincount(owners, spread, len(sources))
        size = np.maximum(variance, 1.0)
        by_source = self._association(encoded)
        weight = np.array([by_source.get(name, 1.0) for name in sources]) / np.sqrt(size)
        self._weights = own * weight[owners]
        return {name: round(by_source.get(name, 1.0), 3) for name in sources}

    def _association(self, encoded: Encoded) -> dict[str, float]:
        sample = encoded.take(slice(0, _ASSOCIATION_ROWS))
        features: dict[str, list[Array]] = {name: [] for name in self._layout.sources}
        discrete: dict[str, Array] = {}
        for name, column in zip(self._layout.number_sources, sample.numbers.T, strict=True):
            if len(features[name]) < _PARTS_PER_COLUMN:
                features[name].append(association.binned(column))
            if self._layout.number_sources.count(name) == 1 and _has_few_values(column):
                discrete[name] = features[name][0]
        for name, codes in zip(self._layout.code_sources, sample.codes.T, strict=True):
            features[name].append(codes - 1)
            discrete[name] = codes - 1
        return association.weights(discrete, features)


def _has_few_values(column: Array) -> bool:
    return len(np.unique(column[~np.isnan(column)])) <= association.FEW_VALUES


def _zero_if_empty(raw: Array) -> Array:
    return np.where(np.isnan(raw).all(axis=0), 0.0, raw)


def _principal_components(filled: Array, seed: int) -> PCA:
    dimensions = min(_MOST_DIMENSIONS, filled.shape[1], max(1, len(filled) - 1))
    is_small = filled.shape[1] <= _EXACT_UP_TO
    solver = "covariance_eigh" if is_small else "randomized"
    with np.errstate(invalid="ignore"):  # rows that are all alike are refused by their number
        return PCA(dimensions, svd_solver=solver, random_state=seed).fit(filled)
