"""Columns that alone predict the target too well to be true."""

from typing import Any

import numpy.typing as npt

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Layout


def find_suspects(
    encoded: Encoded, layout: Layout, target: npt.NDArray[Any], *, classes: int, seed: int
) -> dict[str, float]:
    """How well each suspicious column predicts the target alone, as a share of what there is to
    explain: 1 is a perfect prediction."""
    return {}
