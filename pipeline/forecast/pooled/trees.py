"""Regression trees as arrays: small to store, quick to ask, without the library that grew them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS_AT_ONCE = 512
"""What is made of so many rows stays in the nearest memory of a core."""


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """All nodes of all trees in one row; a leaf leads to itself.

    They are equal to themselves only, so that what is made of them can be kept by them.

    Attributes
    ----------
    roots
        The first node of each tree.
    feature, threshold
        What a node asks: values up to the threshold go left.
    left, right
        Nodes that follow.
    missing_left
        Whether unknown values go left.
    value
        The mean prediction of the rows that came through a node, for a leaf its prediction.
    depth
        Questions until every row is at its leaf.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.uint8]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    missing_left: NDArray[np.bool_]
    value: NDArray[np.float32]
    depth: int

    def predict(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """The sum over the trees, by row."""
        starts = range(0, max(1, len(table)), ROWS_AT_ONCE)
        return np.concatenate(
            [self._predict(table[start : start + ROWS_AT_ONCE]) for start in starts]
        )

    def contributions(
        self, table: NDArray[np.float32], groups: NDArray[np.int64], count: int
    ) -> NDArray[np.float64]:
        """The prediction taken apart: by row the expected value, then a column per group.

        Each question on the way to a leaf changes the expectation; the change belongs to the group
        of the feature that was asked (Saabas 2014). The parts add up to the prediction.
        """
        asked = _Asked(self, table)
        node = asked.nodes
        parts = np.zeros((len(table), count + 1))
        parts[:, 0] = self.value[self.roots].sum(dtype=np.float64)
        row = np.arange(len(table))[:, None]
        for _ in range(self.depth):
            asked.ask()
            following = asked.nodes
            change = self.value[following].astype(np.float64) - self.value[node]
            places = row * (count + 1) + 1 + groups[self.feature[node]]
            total = np.bincount(places.ravel(), weights=change.ravel(), minlength=parts.size)
            parts += total.reshape(parts.shape)
            node = following
        return parts

    def _predict(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        asked = _Asked(self, table)
        for _ in range(self.depth):
            asked.ask()
        return np.asarray(self.value.take(asked.nodes).sum(axis=1, dtype=np.float64))


class _Asked:
    """Where the rows of a table are in each tree, after as many questions as were asked.

    Every node has two places, one for each way that leads on from it, so that a question is a
    comparison and four look-ups. Every value has two, too: what is unknown is smaller than any
    threshold for nodes that send it left, and larger for the others.
    """

    def __init__(self, trees: Trees, table: NDArray[np.float32]) -> None:
        rows, features = table.shape
        self._feature = np.repeat(2 * trees.feature.astype(np.intp) + ~trees.missing_left, 2)
        self._threshold = np.repeat(trees.threshold, 2)
        self._following = 2 * np.column_stack([trees.left, trees.right]).ravel().astype(np.intp)
        values = np.repeat(table, 2, axis=1).reshape(rows, features, 2)
        values[np.isnan(table)] = (-np.inf, np.inf)
        self._values = values.ravel()
        self._first = 2 * features * np.arange(rows)[:, None]
        self._place = np.broadcast_to(2 * trees.roots.astype(np.intp), (rows, len(trees.roots)))

    @property
    def nodes(self) -> NDArray[np.intp]:
        """By row and tree."""
        return self._place >> 1

    def ask(self) -> None:
        """Every row goes on to the next node of each tree, or stays at its leaf."""
        value = self._values.take(self._feature.take(self._place) + self._first)
        goes_right = value > self._threshold.take(self._place)
        self._place = self._following.take(self._place + goes_right)


def packed(dump: Mapping[str, Any]) -> Trees:
    """The trees of LightGBM's own dump of a model."""
    nodes = _Nodes()
    roots = [nodes.add(tree["tree_structure"], 0) for tree in dump["tree_info"]]
    return Trees(
        roots=np.array(roots, dtype=np.int32),
        feature=np.array(nodes.feature, dtype=np.uint8),
        threshold=_rounded_down(nodes.threshold),
        left=np.array(nodes.left, dtype=np.int32),
        right=np.array(nodes.right, dtype=np.int32),
        missing_left=np.array(nodes.missing_left, dtype=np.bool_),
        value=np.array(nodes.value, dtype=np.float32),
        depth=nodes.depth,
    )


class _Nodes:
    def __init__(self) -> None:
        self.feature: list[int] = []
        self.threshold: list[float] = []
        self.left: list[int] = []
        self.right: list[int] = []
        self.missing_left: list[bool] = []
        self.value: list[float] = []
        self.depth = 0

    def add(self, node: Mapping[str, Any], depth: int) -> int:
        place = len(self.value)
        is_leaf = "leaf_value" in node
        self.depth = max(self.depth, depth)
        self.feature.append(0 if is_leaf else node["split_feature"])
        self.threshold.append(0.0 if is_leaf else node["threshold"])
        self.missing_left.append(not is_leaf and bool(node["default_left"]))
        self.value.append(node["leaf_value"] if is_leaf else node["internal_value"])
        self.left.append(place)
        self.right.append(place)
        if not is_leaf:
            self.left[place] = self.add(node["left_child"], depth + 1)
            self.right[place] = self.add(node["right_child"], depth + 1)
        return place


def _rounded_down(thresholds: Sequence[float]) -> NDArray[np.float32]:
    """In single precision without moving a value of single precision to the other side."""
    largest = np.finfo(np.float32).max  # LightGBM's own largest threshold is beyond it
    exact = np.clip(np.array(thresholds, dtype=np.float64), -largest, largest)
    rounded = exact.astype(np.float32)
    below = np.nextafter(rounded, np.float32(-np.inf))
    return np.where(rounded.astype(np.float64) > exact, below, rounded)
