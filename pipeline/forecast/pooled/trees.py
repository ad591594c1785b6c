"""Regression trees as arrays: small to store, quick to ask, without the library that grew them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROWS_AT_ONCE = 512
"""What is made of so many rows stays in the nearest memory of a core."""
_DEFAULT_LEFT = 2
"""The bit of LightGBM's ``decision_type`` that sends unknown values left."""


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


def packed(model: str) -> Trees:
    """The trees of a model as LightGBM writes it into a file."""
    trees = [_fields(tree) for tree in model.partition("\nend of trees")[0].split("\nTree=")[1:]]
    leaves = np.array([int(tree["num_leaves"]) for tree in trees], dtype=np.intp)
    nodes = 2 * leaves - 1
    roots = np.cumsum(nodes) - nodes
    # Of each tree the questions come first, then the leaves, which children below 0 count from -1.
    place = np.arange(nodes.sum())
    asks = place - np.repeat(roots, nodes) < np.repeat(leaves - 1, nodes)
    first, first_leaf = (np.repeat(each, leaves - 1) for each in (roots, roots + leaves - 1))
    left, right = place.copy(), place.copy()
    for children, name in ((left, "left_child"), (right, "right_child")):
        child = _numbers(trees, name).astype(np.intp)
        children[asks] = np.where(child >= 0, first + child, first_leaf + ~child)
    feature, threshold, value = (np.zeros(len(place)) for _ in range(3))
    feature[asks] = _numbers(trees, "split_feature")
    threshold[asks] = _numbers(trees, "threshold")
    value[asks], value[~asks] = _numbers(trees, "internal_value"), _numbers(trees, "leaf_value")
    missing_left = np.zeros(len(place), dtype=np.bool_)
    missing_left[asks] = _numbers(trees, "decision_type").astype(np.intp) & _DEFAULT_LEFT
    return Trees(
        roots=roots.astype(np.int32),
        feature=feature.astype(np.uint8),
        threshold=_rounded_down(threshold),
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        missing_left=missing_left,
        value=value.astype(np.float32),
        depth=_depth(roots, left, right),
    )


def _fields(tree: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in tree.splitlines() if "=" in line)


def _numbers(trees: Sequence[Mapping[str, str]], name: str) -> NDArray[np.float64]:
    """The numbers that the trees have in one of their fields, one tree after the other."""
    text = " ".join(tree.get(name, "") for tree in trees)
    return np.fromiter(map(float, text.split()), np.float64)


def _depth(roots: NDArray[np.intp], left: NDArray[np.intp], right: NDArray[np.intp]) -> int:
    """Questions on the longest way from a root to a leaf."""
    depth, asking = 0, roots[left[roots] != roots]
    while len(asking):
        following = np.concatenate([left[asking], right[asking]])
        depth, asking = depth + 1, following[left[following] != following]
    return depth


def _rounded_down(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """In single precision without moving a value of single precision to the other side."""
    largest = np.finfo(np.float32).max  # LightGBM's own largest threshold is beyond it
    exact = np.clip(thresholds, -largest, largest)
    rounded = exact.astype(np.float32)
    below = np.nextafter(rounded, np.float32(-np.inf))
    return np.where(rounded.astype(np.float64) > exact, below, rounded)
