"""Numbers and codes side by side, for families that know what a category is."""

import numpy as np
import numpy.typing as npt

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Layout
from pipeline.table.encoding.target_features import TargetFeatures


class NativeView:
    """All numbers, scores of texts, then all codes."""

    def __init__(self, layout: Layout, *, classes: int, seed: int) -> None:
        self._numbers = [i for i, one in enumerate(layout.numbers) if not one.is_restated]
        self._codes = [i for i, one in enumerate(layout.codes) if not one.is_restated]
        self._scores = TargetFeatures(layout, classes=classes, seed=seed)
        shown = [
            *(layout.numbers[place] for place in self._numbers),
            *self._scores.features,
            *(layout.codes[place] for place in self._codes),
        ]
        self.feature_names = tuple(feature.name for feature in shown)
        self.sources = tuple(feature.source for feature in shown)
        self.categories = {
            place: feature.codes for place, feature in enumerate(shown) if feature.codes
        }

    def fit_transform(
        self, encoded: Encoded, target: npt.NDArray[np.generic]
    ) -> npt.NDArray[np.float32]:
        return self._joined(encoded, self._scores.fit_transform(encoded, target))

    def transform(self, encoded: Encoded) -> npt.NDArray[np.float32]:
        return self._joined(encoded, self._scores.transform(encoded))

    def _joined(self, encoded: Encoded, scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        matrix = np.empty((len(encoded), len(self.feature_names)), dtype=np.float32)
        wide, scored = len(self._numbers), len(self._numbers) + scores.shape[1]
        matrix[:, :wide] = encoded.numbers[:, self._numbers]
        matrix[:, wide:scored] = scores
        matrix[:, scored:] = encoded.codes[:, self._codes]
        return matrix
