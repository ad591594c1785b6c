"""Forests of independent trees, grown one by one so that they can end in time.

The trees are those of scikit-learn, and so are the forests, to the last bit; but its forests spend
longer on copying and checking estimators than on growing trees of a few hundred rows.
"""

import zlib
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)
from sklearn.tree._tree import NODE_DTYPE, Tree
from sklearn.utils import check_array

from pipeline.table.learners.family import BaseFamily, Grown, without
from pipeline.table.learners.learner import Array, FitOrder, Parameters, Shape, Trial, ViewKind
from pipeline.table.learners.pace import Pace
from pipeline.table.learners.targets import Problem

_NODE_BYTES = 80
_MOST_LEAVES = 5_000
_LEVEL = 3
_TREES = 200
_SEEDS = np.iinfo(np.int32).max


class _Forest(BaseFamily):
    view = ViewKind.TREES
    classifier: ClassVar[Any]
    regressor: ClassVar[Any]
    draws_rows: ClassVar[bool]
    """Whether each tree learns from rows drawn with replacement, or from all of them."""

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
        trees: list[Any] = []
        with closing(self._growing(parameters, problem, pace.order)) as growing:
            for tree in growing:
                trees.append(tree)
                if not pace.goes_on(len(trees), total):
                    break
        return Grown(ForestTrees(trees, problem.classes))

    def _growing(self, parameters: Parameters, problem: Problem, order: FitOrder) -> Generator[Any]:
        """The trees in the order of their seeds, as many at once as there are threads."""
        kind = self.classifier if problem.classes else self.regressor
        rows = check_array(problem.train.matrix, dtype=np.float32, ensure_all_finite="allow-nan")
        gaps = np.isnan(rows).any(axis=0)
        grow_tree = _Growth(
            kind=kind,
            settings=without(parameters, "trees"),
            rows=rows,
            target=np.asarray(problem.train.target, dtype=np.float64)[:, None],
            gaps=gaps if gaps.any() else None,
            draws_rows=self.draws_rows,
        )
        seeds = np.random.RandomState(order.seed).randint(_SEEDS, size=int(parameters["trees"]))
        if order.threads == 1:
            yield from map(grow_tree, seeds)
        else:
            with ThreadPoolExecutor(order.threads) as pool:
                yield from pool.map(grow_tree, seeds)  # closed early, it grows no more


@dataclass(frozen=True, slots=True, kw_only=True)
class _Growth:
    """What the trees of a forest have in common; called with a seed, it grows one of them."""

    kind: Any
    settings: Parameters
    rows: Array
    target: Array
    gaps: Array | None
    draws_rows: bool

    def __call__(self, seed: int) -> Any:
        tree = self.kind(**self.settings, random_state=seed)
        # What scikit-learn's own forests call: ``fit`` without its checks knows of no gaps.
        tree._fit(  # noqa: SLF001
            self.rows,
            self.target,
            sample_weight=self._times_drawn(seed) if self.draws_rows else None,
            check_input=False,
            missing_values_in_feature_mask=self.gaps,
        )
        return tree.tree_

    def _times_drawn(self, seed: int) -> Array:
        count = len(self.rows)
        drawn = np.random.RandomState(seed).randint(0, count, count)
        return np.bincount(drawn, minlength=count)


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
    classifier = ExtraTreeClassifier
    regressor = ExtraTreeRegressor
    draws_rows = False


class RandomForest(_Forest):
    """Trees with the best thresholds on samples of the rows."""

    name = "random_forest"
    title = "random forest"
    classifier = DecisionTreeClassifier
    regressor = DecisionTreeRegressor
    draws_rows = True
