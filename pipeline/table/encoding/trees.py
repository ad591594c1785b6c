"""Numbers as they are, and categories as numbers that trees can cut: for boosting and forests."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Layout
from pipeline.table.encoding.target_features import TargetFeatures

_FEWEST_CODES = 6


class TreesView:
    """NaN where a value is missing; codes by frequency, and beside those of more than a few values
    what the target is on average there."""

    categories: Mapping[int, int] = MappingProxyType({})

    def __init__(self, layout: Layout, *, classes: int, seed: int) -> None:
        self._numbers = [i for i, one in enumerate(layout.numbers) if not one.is_restated]
        self._codes = [i for i, one in enumerate(layout.codes) if not one.is_restated]
        self._averages = TargetFeatures(
            layout, fewest_codes=_FEWEST_CODES, classes=classes, seed=seed
        )
        shown = [
            *(layout.numbers[place] for place in self._numbers),
            *(layout.codes[place] for place in self._codes),
            *self._averages.features,
        ]
        self.feature_names = tuple(feature.name for feature in shown)
        self.sources = tuple(feature.source for feature in shown)

    def fit_transform(
        self, encoded: Encoded, target: npt.NDArray[np.generic]
    ) -> npt.NDArray[np.float32]:
        return self._joined(encoded, self._averages.fit_transform(encoded, target))

    def transform(self, encoded: Encoded) -> npt.NDArray[np.float32]:
        return self._joined(encoded, self._averages.transform(encoded))

    def _joined(
        self, encoded: Encoded, averages: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        matrix = np.empty((len(encoded), len(self.feature_names)), dtype=np.float32)
        wide, coded = len(self._numbers), len(self._numbers) + len(self._codes)
        matrix[:, :wide] = encoded.numbers[:, self._numbers]
        codes = encoded.codes[:, self._codes]
        matrix[:, wide:coded] = np.where(codes == 0, np.float32(np.nan), codes)
        matrix[:, coded:] = averages
        return matrix
