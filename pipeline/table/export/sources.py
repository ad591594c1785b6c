"""The trees that each library has grown, in the form of this package."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.table.export.errors import NotExportableError
from pipeline.table.export.trees import Leaf, Split, Test, Tree
from pipeline.table.learners.boosting_catboost import CatBoostTrees
from pipeline.table.learners.boosting_lightgbm import LightGBMTrees
from pipeline.table.learners.boosting_xgboost import XGBoostTrees
from pipeline.table.learners.forests import ForestTrees


@dataclass(frozen=True, slots=True)
class Scores:
    """Trees that add up to scores, beginning from ``base``; one output per class above two."""

    trees: tuple[Tree, ...]
    base: tuple[float, ...]


def xgboost_scores(core: XGBoostTrees) -> Scores:
    learner = json.loads(bytes(core.booster.save_raw("json")))["learner"]
    model = learner["gradient_booster"]["model"]
    base = np.atleast_1d(json.loads(learner["learner_model_param"]["base_score"]))
    if learner["objective"]["name"] == "binary:logistic":
        base = np.log(base / (1.0 - base))
    trees = zip(model["trees"], model["tree_info"], strict=True)
    return Scores(
        tuple(Tree(_xgboost_node(tree, 0), output) for tree, output in trees),
        tuple(base.tolist()),
    )


def _xgboost_node(tree: Mapping[str, Any], number: int) -> Split | Leaf:
    value = tree["split_conditions"][number]
    left = tree["left_children"][number]
    if left < 0:
        return Leaf(float(np.float32(value)))
    return Split(
        column=tree["split_indices"][number],
        test=Test.LESS,
        threshold=float(np.float32(value)),
        passed=_xgboost_node(tree, left),
        failed=_xgboost_node(tree, tree["right_children"][number]),
        missing_passes=bool(tree["default_left"][number]),
    )


def lightgbm_scores(core: LightGBMTrees) -> Scores:
    dumped = core.booster.dump_model()
    outputs = dumped["num_tree_per_iteration"]
    return Scores(
        tuple(
            Tree(_lightgbm_node(tree["tree_structure"]), number % outputs)
            for number, tree in enumerate(dumped["tree_info"])
        ),
        (0.0,) * outputs,
    )


def _lightgbm_node(node: Mapping[str, Any]) -> Split | Leaf:
    if "leaf_value" in node:
        return Leaf(node["leaf_value"])
    is_code = node["decision_type"] == "=="
    members = [float(code) for code in node["threshold"].split("||")] if is_code else ()
    threshold = 0.0 if is_code else float(node["threshold"])
    # A column in which nothing was missing has no side for it: LightGBM then takes 0 instead.
    usual = node["default_left"] if node["missing_type"] == "NaN" else threshold >= 0.0
    return Split(
        column=node["split_feature"],
        test=Test.MEMBER if is_code else Test.AT_MOST,
        threshold=threshold,
        passed=_lightgbm_node(node["left_child"]),
        failed=_lightgbm_node(node["right_child"]),
        missing_passes=not is_code and bool(usual),
        members=members,
    )


def catboost_scores(core: CatBoostTrees) -> Scores:
    if core.positions:
        raise NotExportableError(
            "CatBoost computes statistics of categories while it predicts, "
            "which only CatBoost itself can"
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.json")
        core.model.save_model(str(path), format="json")
        model = json.loads(path.read_text())
    scale, base = model["scale_and_bias"]
    passing = {
        column["feature_index"]: column["nan_value_treatment"] == "AsTrue"
        for column in model["features_info"]["float_features"]
    }
    outputs = len(base)
    trees = [
        Tree(_catboost_node(tree, 0, 0, scale, output, outputs, passing), output)
        for tree in model["oblivious_trees"]
        for output in range(outputs)
    ]
    return Scores(tuple(trees), tuple(base))


def _catboost_node(
    tree: Mapping[str, Any],
    depth: int,
    leaf: int,
    scale: float,
    output: int,
    outputs: int,
    passing: Mapping[int, bool],
) -> Split | Leaf:
    """A symmetric tree asks the same on every path; the answers are the bits of the leaf."""
    if depth == len(tree["splits"]):
        return Leaf(scale * tree["leaf_values"][leaf * outputs + output])
    split = tree["splits"][depth]
    above, below = (
        _catboost_node(tree, depth + 1, leaf | bit << depth, scale, output, outputs, passing)
        for bit in (1, 0)
    )
    column = split["float_feature_index"]
    return Split(
        column=column,
        test=Test.AT_MOST,
        threshold=float(np.float32(split["border"])),
        passed=below,
        failed=above,
        missing_passes=not passing[column],
    )


def forest_scores(core: ForestTrees) -> Scores:
    """Shares of the classes, or amounts, as means over the trees."""
    outputs = max(1, core.classes)
    return Scores(tuple(_forest_trees(core, outputs)), (0.0,) * outputs)


def _forest_trees(core: ForestTrees, outputs: int) -> Iterator[Tree]:
    for tree in core.trees:
        values = tree.value.reshape(tree.node_count, outputs) / len(core.trees)
        for output in range(outputs):
            yield Tree(_forest_node(tree, 0, values[:, output]), output)


def _forest_node(tree: Any, number: int, values: Any) -> Split | Leaf:
    left = int(tree.children_left[number])
    if left < 0:
        return Leaf(float(values[number]))
    return Split(
        column=int(tree.feature[number]),
        test=Test.AT_MOST,
        threshold=float(tree.threshold[number]),
        passed=_forest_node(tree, left, values),
        failed=_forest_node(tree, int(tree.children_right[number]), values),
        missing_passes=bool(tree.missing_go_to_left[number]),
    )
