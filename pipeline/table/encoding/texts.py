"""Free text as lengths and as its most telling words."""

from typing import Self

import numpy as np
import numpy.typing as npt

from pipeline.table import values
from pipeline.table.encoding.features import Feature
from pipeline.table.values import Cells


class TextEncoder:
    """Lengths of each text."""

    codes: tuple[Feature, ...] = ()

    def __init__(self, name: str) -> None:
        self.numbers = (Feature(f"{name}: characters", name), Feature(f"{name}: words", name))

    def fit(self, cells: Cells) -> Self:
        return self

    def write(
        self, cells: Cells, numbers: npt.NDArray[np.float32], codes: npt.NDArray[np.int32]
    ) -> None:
        texts = values.texts(cells)
        numbers[:, 0] = [np.nan if text is None else len(text) for text in texts]
        numbers[:, 1] = [np.nan if text is None else len(text.split()) for text in texts]
