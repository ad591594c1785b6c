"""The encoded rows as one matrix, in the form that a family of algorithms learns best from."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pipeline.table.encoding.dense import DenseView
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Layout
from pipeline.table.encoding.native import NativeView
from pipeline.table.encoding.trees import TreesView
from pipeline.table.learners.learner import ViewKind

Matrix = npt.NDArray[np.float32]


class View(Protocol):
    """Learns from the rows that a model is fitted on, and shows it these and any other rows."""

    @property
    def categories(self) -> Mapping[int, int]:
        """Positions of the columns that hold codes, with the number of codes of each."""
        ...

    @property
    def feature_names(self) -> tuple[str, ...]: ...

    @property
    def sources(self) -> tuple[str, ...]:
        """The column of the table behind each feature."""
        ...

    def fit_transform(self, encoded: Encoded, target: npt.NDArray[np.generic]) -> Matrix:
        """The rows to fit on. What is made of their target is cross-fitted: no row sees its own."""
        ...

    def transform(self, encoded: Encoded) -> Matrix:
        """Any other rows."""
        ...


def make_view(kind: ViewKind, layout: Layout, *, classes: int, seed: int) -> View:
    """An unfitted view; ``classes`` is 0 for a regression."""
    if kind is ViewKind.NATIVE:
        return NativeView(layout, classes=classes, seed=seed)
    if kind is ViewKind.TREES:
        return TreesView(layout, classes=classes, seed=seed)
    return DenseView(layout, classes=classes, seed=seed, is_smooth=kind is ViewKind.SMOOTH)
