"""What each family has learned, as operators of ONNX."""

from typing import Any

import numpy as np

from pipeline.table.export import sources
from pipeline.table.export.errors import NotExportableError
from pipeline.table.export.graph import Graph
from pipeline.table.export.trees import add_trees
from pipeline.table.learners.boosting_catboost import CatBoostTrees
from pipeline.table.learners.boosting_lightgbm import LightGBMTrees
from pipeline.table.learners.boosting_xgboost import XGBoostTrees
from pipeline.table.learners.family import Constant
from pipeline.table.learners.forests import ForestTrees
from pipeline.table.learners.linear import Weights
from pipeline.table.learners.neural_net import REACH, Nets

_LEAST_OUTPUTS = 2


def add_core(graph: Graph, core: Any, matrix: str, classes: int) -> str:
    """Amounts, shape (rows, 1), or probabilities of ``classes`` seen classes.

    Raises
    ------
    NotExportableError
        If the family has no such form.
    """
    match core:
        case Constant():
            return _constant(graph, core, matrix)
        case Weights():
            return _weights(graph, core, matrix)
        case ForestTrees():
            return _scores(graph, sources.forest_scores(core), matrix)
        case XGBoostTrees():
            return _boosted(graph, sources.xgboost_scores(core), matrix, classes)
        case LightGBMTrees():
            return _boosted(graph, sources.lightgbm_scores(core), matrix, classes)
        case CatBoostTrees():
            return _boosted(graph, sources.catboost_scores(core), matrix, classes)
        case Nets():
            return _nets(graph, core, matrix)
        case _:
            raise NotExportableError("this family has no form in ONNX")


def _constant(graph: Graph, core: Constant, matrix: str) -> str:
    rows = graph.add("Shape", matrix, start=0, end=1)
    shape = graph.add("Concat", rows, graph.constant([1], np.int64), axis=0)
    return graph.add("Expand", graph.constant(np.atleast_2d(core.value)), shape)


def _weights(graph: Graph, core: Weights, matrix: str) -> str:
    if core.bumps is not None:
        raise NotExportableError("a linear model of splines has no form in ONNX")
    scores = _layer(graph, matrix, core.weights, core.offsets)
    return _chances(graph, scores, core.weights.shape[1]) if core.classes else scores


def _boosted(graph: Graph, scores: sources.Scores, matrix: str, classes: int) -> str:
    total = _scores(graph, scores, matrix)
    return _chances(graph, total, len(scores.base)) if classes else total


def _scores(graph: Graph, scores: sources.Scores, matrix: str) -> str:
    total = add_trees(graph, matrix, scores.trees, len(scores.base))
    return graph.add("Add", total, graph.constant([scores.base]))


def _nets(graph: Graph, core: Nets, matrix: str) -> str:
    reach = graph.constant(REACH), graph.constant(-REACH)
    calm = graph.add("Clip", matrix, reach[1], reach[0])
    answers = [_net(graph, layers, calm, core.classes) for layers in core.nets]
    return graph.add("Div", graph.add("Sum", *answers), graph.constant(float(len(answers))))


def _net(graph: Graph, layers: Any, rows: str, classes: int) -> str:
    for weights, offsets in layers[:-1]:
        rows = graph.add("Relu", _layer(graph, rows, weights, offsets))
    scores = _layer(graph, rows, *layers[-1])
    return graph.add("Softmax", scores, axis=1) if classes else scores


def _layer(graph: Graph, rows: str, weights: Any, offsets: Any) -> str:
    product = graph.add("MatMul", rows, graph.constant(weights))
    return graph.add("Add", product, graph.constant(offsets))


def _chances(graph: Graph, scores: str, outputs: int) -> str:
    """Probabilities of all seen classes; a single score is that of the second of two."""
    if outputs >= _LEAST_OUTPUTS:
        return graph.add("Softmax", scores, axis=1)
    second = graph.add("Sigmoid", scores)
    first = graph.add("Sub", graph.constant([1.0]), second)
    return graph.add("Concat", first, second, axis=1)
