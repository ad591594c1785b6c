"""Forests of independent trees, grown in steps so that they can end in time."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree._tree import NODE_DTYPE, Tree

from pipeline.table.learners.family import BaseFamily, Grown, without
from pipeline.table.learners.learner import Array, Parameters, Shape, Trial, ViewKind
from pipeline.table.learners.pace import Pace
from pipeline.table.learners.targets import Problem

_STEP = 10
_NODE_BYTES = 80
_MOST_LEAVES = 5_000
_LEVEL = 3
_TREES = 200


class _Forest(BaseFamily):
    view = ViewKind.TREES
    classifier: ClassVar[Any]
    regressor: ClassVar[Any]

    def portfolio(self, shape: Shape) -> Sequence[Parameters]:
        leaf = max(1, shape.rows // _MOST_LEAVES)
        if shape.classes:
            return (
                {"trees": _TREES, "max_features": "sqrt", "min_samples_leaf": max(2, leaf)},
                {"trees": _TREES, "max_features": 0.5, "min_samples_leaf": max(4, leaf)},
            )
        return (
            {"trees": _TREES, "max_features": 0.5, "min_samples_leaf": leaf},
            {"trees": _TREES, "max_features": 1.0, "min_samples_leaf": max(3, leaf)},
        )

    def suggest(self, trial: Trial, shape: Shape) -> Parameters | None:
        leaf = max(1, shape.rows // _MOST_LEAVES)
        return {
            "trees": _TREES,
            "max_features": trial.suggest_float("max_features", 0.1, 1.0),
            "min_samples_leaf": trial.suggest_int("min_samples_leaf", leaf, 20 * leaf, log=True),
        }

    def memory_bytes(self, shape: Shape, parameters: Parameters) -> int:
        leaves = shape.rows / int(parameters.get("min_samples_leaf", 1))
        node = _NODE_BYTES + 8 * max(1, shape.classes)
        return int(2 * leaves * node * int(parameters.get("trees", _TREES)))

    def grow(self, parameters: Parameters, problem: Problem, pace: Pace) -> Grown:
        total = int(parameters["trees"])
        kind = self.classifier if problem.classes else self.regressor
        model = kind(
            **without(parameters, "trees"),
            warm_start=True,
            random_state=pace.order.seed,
            n_jobs=pace.order.threads,
        )
        for size in _sizes(total):
            model.set_params(n_estimators=size)
            model.fit(problem.train.matrix, problem.train.target)
            if not pace.goes_on(size, total, longer=2.0):
                break
        return Grown(ForestTrees([tree.tree_ for tree in model.estimators_], problem.classes))


def _sizes(total: int) -> list[int]:
    """How many trees there are after each step: it doubles until the steps are long enough."""
    sizes = [1]
    while sizes[-1] < total:
        sizes.append(min(total, sizes[-1] + min(sizes[-1], _STEP)))
    return sizes


_ONLY_FOR_GROWTH = {"impurity", "n_node_samples", "weighted_n_node_samples"}


class ForestTrees:
    """The trees alone: asking each costs a fraction of what the estimator around them does."""

    __slots__ = ("classes", "trees")

    def __init__(self, trees: Sequence[Any], classes: int) -> None:
        self.trees = tuple(trees)
        self.classes = classes

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpacked, (tuple(_packed(tree) for tree in self.trees), self.classes)

    def output(self, matrix: Array) -> Array:
        rows = np.ascontiguousarray(matrix, dtype=np.float32)
        total = np.zeros((len(rows), max(1, self.classes)))
        for tree in self.trees:
            total += tree.predict(rows).reshape(total.shape)
        total /= len(self.trees)
        return total if self.classes else total[:, 0]


@dataclass(frozen=True, slots=True)
class _Packed:
    """One tree, compressed, without what only its growth needed."""

    columns: int
    outputs: int
    depth: int
    nodes: bytes
    values: bytes


def _packed(tree: Any) -> _Packed:
    state = tree.__getstate__()
    grown, values = state["nodes"], state["values"].copy()
    nodes = np.zeros(len(grown), dtype=grown.dtype)  # what lies between its fields is 0, too
    for name in set(grown.dtype.names) - _ONLY_FOR_GROWTH:
        nodes[name] = grown[name]
    values[nodes["left_child"] >= 0] = 0
    return _Packed(
        columns=tree.n_features,
        outputs=values.shape[2],
        depth=state["max_depth"],
        nodes=zlib.compress(nodes.tobytes(), _LEVEL),
        values=zlib.compress(values.tobytes(), _LEVEL),
    )


def _unpacked(packed: Sequence[_Packed], classes: int) -> ForestTrees:
    return ForestTrees([_tree(one) for one in packed], classes)


def _tree(packed: _Packed) -> Tree:
    nodes = np.frombuffer(bytearray(zlib.decompress(packed.nodes)), dtype=NODE_DTYPE)
    values = np.frombuffer(bytearray(zlib.decompress(packed.values)), dtype=np.float64)
    tree = Tree(packed.columns, np.asarray([packed.outputs], dtype=np.intp), 1)
    tree.__setstate__(
        {
            "max_depth": packed.depth,
            "node_count": len(nodes),
            "nodes": nodes,
            "values": values.reshape(len(nodes), 1, packed.outputs),
        }
    )
    return tree


class ExtraTrees(_Forest):
    """Trees with random thresholds on all rows."""

    name = "extra_trees"
    title = "extra trees"
    classifier = ExtraTreesClassifier
    regressor = ExtraTreesRegressor


class RandomForest(_Forest):
    """Trees with the best thresholds on samples of the rows."""

    name = "random_forest"
    title = "random forest"
    classifier = RandomForestClassifier
    regressor = RandomForestRegressor
