"""Columns of which only whether they are filled in says anything."""

from typing import Any, Self

import numpy as np

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Feature
from pipeline.table.values import Cells, each, text_of


class PresenceEncoder:
    """1 where a value is filled in, else 0."""

    codes: tuple[Feature, ...] = ()

    def __init__(self, name: str) -> None:
        self.numbers = (Feature(f"{name} is filled in", name),)

    def fit(self, cells: Cells) -> Self:  # noqa: ARG002 - nothing to learn
        return self

    def write(self, cells: Cells, out: Encoded) -> None:
        out.numbers[:, 0] = each(cells, _is_filled, np.float32)


def _is_filled(value: Any) -> bool:
    return text_of(value) is not None
