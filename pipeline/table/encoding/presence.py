"""Columns of which only whether they are filled in says anything."""

from typing import Self

import numpy as np
import numpy.typing as npt

from pipeline.table.encoding.features import Feature
from pipeline.table.values import Cells, texts


class PresenceEncoder:
    """1 where a value is filled in, else 0."""

    codes: tuple[Feature, ...] = ()

    def __init__(self, name: str) -> None:
        self.numbers = (Feature(f"{name} is filled in", name),)

    def fit(self, cells: Cells) -> Self:  # noqa: ARG002 - nothing to learn
        return self

    def write(
        self, cells: Cells, numbers: npt.NDArray[np.float32], codes: npt.NDArray[np.int32]
    ) -> None:
        numbers[:, 0] = [text is not None for text in texts(cells)]
