"""What codes and texts say of the target, as numbers beside them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Feature, Layout
from pipeline.table.encoding.target_means import TargetMeans, outcomes, random_folds
from pipeline.table.encoding.text_scores import TextScore

_MOST_CLASSES = 10


class TargetFeatures:
    """Averages of the target for each code column of at least ``fewest_codes`` (for none without
    it), and ``with_texts`` scores of each text; for more than two classes one of each class, for
    very many classes none.

    Attributes
    ----------
    features
        Name and origin of each column of the result.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        fewest_codes: int | None = None,
        with_texts: bool = True,
        classes: int,
        seed: int,
    ) -> None:
        self._classes = classes
        self._seed = seed
        is_useful = classes <= _MOST_CLASSES
        self._means = {
            place: TargetMeans(feature.codes)
            for place, feature in enumerate(layout.codes)
            if is_useful
            and fewest_codes is not None
            and feature.codes >= fewest_codes
            and not feature.is_restated
        }
        texts = layout.texts if is_useful and with_texts else {}
        self._scores = [TextScore(places) for places in texts.values()]
        sources = [
            *(layout.codes[place] for place in self._means),
            *(layout.numbers[places[0]] for places in texts.values()),
        ]
        named = [*(layout.codes[place].name for place in self._means), *texts]
        self.features = tuple(
            Feature(f"{name}: {said}", one.source)
            for name, one in zip(named, sources, strict=True)
            for said in self._said()
        )

    def fit_transform(
        self, encoded: Encoded, target: npt.NDArray[np.generic]
    ) -> npt.NDArray[np.float32]:
        """Learn from all rows; what is shown of a row comes from rows other than itself."""
        outcome = outcomes(target, self._classes)
        fold = random_folds(len(encoded), self._seed)
        found = [
            *(
                one.fit_transform(encoded.codes[:, place], outcome, fold)
                for place, one in self._means.items()
            ),
            *(one.fit_transform(encoded.numbers, outcome, fold) for one in self._scores),
        ]
        return self._joined(found, len(encoded))

    def transform(self, encoded: Encoded) -> npt.NDArray[np.float32]:
        """Of rows that were not learned from."""
        found: list[npt.NDArray[np.floating]] = [
            *(one.transform(encoded.codes[:, place]) for place, one in self._means.items()),
            *(one.transform(encoded.numbers) for one in self._scores),
        ]
        return self._joined(found, len(encoded))

    def _joined(
        self, found: Sequence[npt.NDArray[np.floating]], rows: int
    ) -> npt.NDArray[np.float32]:
        if not found:
            return np.empty((rows, 0), dtype=np.float32)
        return np.concatenate(found, axis=1, dtype=np.float32)

    def _said(self) -> list[str]:
        if self._classes <= 2:
            return ["target on average"]
        return [f"share of class {number + 1}" for number in range(self._classes)]
