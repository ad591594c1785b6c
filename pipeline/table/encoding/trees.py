"""Numbers as they are, and categories as numbers that trees can cut: for boosting and forests."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Feature, Layout
from pipeline.table.encoding.target_means import TargetMeans, outcomes, random_folds

_FEWEST_CODES = 6
_MOST_CLASSES = 10


class TreesView:
    """NaN where a value is missing; codes by frequency, and beside those of more than a few values
    what the target is on average there."""

    categories: Mapping[int, int] = MappingProxyType({})

    def __init__(self, layout: Layout, *, classes: int, seed: int) -> None:
        self._classes = classes
        self._seed = seed
        self._numbers = [i for i, one in enumerate(layout.numbers) if not one.is_restated]
        self._codes = [i for i, one in enumerate(layout.codes) if not one.is_restated]
        many = [i for i in self._codes if layout.codes[i].codes >= _FEWEST_CODES]
        self._means = {i: TargetMeans(layout.codes[i].codes) for i in self._averaged(many)}
        outputs = 1 if classes <= 2 else classes
        shown = [
            *((layout.numbers[i], layout.numbers[i].name) for i in self._numbers),
            *((layout.codes[i], layout.codes[i].name) for i in self._codes),
            *(
                (layout.codes[i], name)
                for i in self._means
                for name in self._names(layout.codes[i])
            ),
        ]
        self._outputs = outputs
        self.feature_names = tuple(name for _, name in shown)
        self.sources = tuple(feature.source for feature, _ in shown)

    def fit_transform(
        self, encoded: Encoded, target: npt.NDArray[np.generic]
    ) -> npt.NDArray[np.float32]:
        outcome = outcomes(target, self._classes)
        fold = random_folds(len(encoded), self._seed)
        means = [
            one.fit_transform(encoded.codes[:, place], outcome, fold)
            for place, one in self._means.items()
        ]
        return self._joined(encoded, means)

    def transform(self, encoded: Encoded) -> npt.NDArray[np.float32]:
        means = [one.transform(encoded.codes[:, place]) for place, one in self._means.items()]
        return self._joined(encoded, means)

    def _joined(
        self, encoded: Encoded, means: list[npt.NDArray[np.floating]]
    ) -> npt.NDArray[np.float32]:
        matrix = np.empty((len(encoded), len(self.feature_names)), dtype=np.float32)
        wide, coded = len(self._numbers), len(self._numbers) + len(self._codes)
        matrix[:, :wide] = encoded.numbers[:, self._numbers]
        codes = encoded.codes[:, self._codes]
        matrix[:, wide:coded] = np.where(codes == 0, np.float32(np.nan), codes)
        for number, mean in enumerate(means):
            start = coded + number * self._outputs
            matrix[:, start : start + self._outputs] = mean
        return matrix

    def _averaged(self, many: list[int]) -> list[int]:
        return many if self._classes <= _MOST_CLASSES else []

    def _names(self, feature: Feature) -> list[str]:
        if self._classes <= 2:
            return [f"{feature.name}: target on average"]
        return [f"{feature.name}: share of class {number + 1}" for number in range(self._classes)]
