"""Numbers and codes side by side, for families that know what a category is."""

import numpy as np
import numpy.typing as npt

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Layout


class NativeView:
    """All numbers, then all codes; nothing is learned."""

    def __init__(self, layout: Layout) -> None:
        self._numbers = [i for i, one in enumerate(layout.numbers) if not one.is_restated]
        self._codes = [i for i, one in enumerate(layout.codes) if not one.is_restated]
        shown = [
            *(layout.numbers[place] for place in self._numbers),
            *(layout.codes[place] for place in self._codes),
        ]
        self.feature_names = tuple(feature.name for feature in shown)
        self.sources = tuple(feature.source for feature in shown)
        self.categories = {
            place: feature.codes for place, feature in enumerate(shown) if feature.codes
        }

    def fit_transform(
        self,
        encoded: Encoded,
        target: npt.NDArray[np.generic],  # noqa: ARG002 - other views need it
    ) -> npt.NDArray[np.float32]:
        return self.transform(encoded)

    def transform(self, encoded: Encoded) -> npt.NDArray[np.float32]:
        wide = len(self._numbers)
        matrix = np.empty((len(encoded), wide + len(self._codes)), dtype=np.float32)
        matrix[:, :wide] = encoded.numbers[:, self._numbers]
        matrix[:, wide:] = encoded.codes[:, self._codes]
        return matrix
