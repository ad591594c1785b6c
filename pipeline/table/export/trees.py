"""Trees of any library in one form, and that form as an operator of ONNX."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np

from pipeline.table.export.graph import Graph

_SUM = 1


class Test(IntEnum):
    """What a split asks of a value; the numbers are those of ONNX."""

    AT_MOST = 0
    LESS = 1
    MEMBER = 6


@dataclass(frozen=True, slots=True)
class Leaf:
    """The end of a path."""

    value: float


@dataclass(frozen=True, slots=True)
class Split:
    """A question about one column; ``members`` are the values that are asked for by ``MEMBER``."""

    column: int
    test: Test
    threshold: float
    passed: "Split | Leaf"
    failed: "Split | Leaf"
    missing_passes: bool
    members: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """Adds the value of the leaf that a row reaches to one of the outputs."""

    root: Split | Leaf
    output: int


@dataclass(slots=True)
class _Table:
    """Nodes and leaves as the columns that ONNX wants."""

    features: list[int] = field(default_factory=list)
    tests: list[int] = field(default_factory=list)
    splits: list[float] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    members: list[float] = field(default_factory=list)
    passed: list[tuple[int, int]] = field(default_factory=list)
    failed: list[tuple[int, int]] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add_tree(self, tree: Tree) -> int:
        """The number of the root, which ONNX wants to be a split."""
        root = tree.root
        if isinstance(root, Leaf):
            root = Split(0, Test.AT_MOST, 0.0, root, root, missing_passes=True)
        return self._add(root, tree.output)[0]

    def _add(self, node: Split | Leaf, output: int) -> tuple[int, int]:
        """The number of the node, and whether it is a leaf."""
        if isinstance(node, Leaf):
            self.outputs.append(output)
            self.weights.append(node.value)
            return len(self.weights) - 1, 1
        number = len(self.features)
        self.features.append(node.column)
        self.tests.append(int(node.test))
        self.splits.append(node.threshold)
        self.missing.append(int(node.missing_passes))
        if node.test is Test.MEMBER:
            self.members.extend([*node.members, np.nan])
        self.passed.append((0, 0))
        self.failed.append((0, 0))
        self.passed[number] = self._add(node.passed, output)
        self.failed[number] = self._add(node.failed, output)
        return number, 0


def add_trees(graph: Graph, matrix: str, trees: Sequence[Tree], outputs: int) -> str:
    """The sums of the leaves, shape (rows, ``outputs``)."""
    table = _Table()
    roots = [table.add_tree(tree) for tree in trees]
    attributes: dict[str, Any] = {
        "aggregate_function": _SUM,
        "post_transform": 0,
        "n_targets": outputs,
        "tree_roots": roots,
        "nodes_featureids": table.features,
        "nodes_modes": graph.tensor(np.asarray(table.tests, dtype=np.uint8)),
        "nodes_splits": graph.tensor(np.asarray(table.splits, dtype=np.float64)),
        "nodes_truenodeids": [number for number, _ in table.passed],
        "nodes_trueleafs": [leaf for _, leaf in table.passed],
        "nodes_falsenodeids": [number for number, _ in table.failed],
        "nodes_falseleafs": [leaf for _, leaf in table.failed],
        "nodes_missing_value_tracks_true": table.missing,
        "leaf_targetids": table.outputs,
        "leaf_weights": graph.tensor(np.asarray(table.weights, dtype=np.float64)),
    }
    if table.members:
        attributes["membership_values"] = graph.tensor(np.asarray(table.members))
    return graph.add("TreeEnsemble", matrix, domain="ai.onnx.ml", **attributes)
