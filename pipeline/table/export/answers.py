"""The way from what a library gives to a prediction, as operators of ONNX."""

from typing import Any

import numpy as np

from pipeline.table.export.graph import Graph
from pipeline.table.learners.targets import Amounts, Classes, Logarithms


def add_answer(graph: Graph, answer: Any, output: str) -> str:
    """Amounts, shape (rows, 1), or probabilities of all classes."""
    match answer:
        case Amounts():
            return _amounts(graph, answer, output)
        case Logarithms():
            logs = _amounts(graph, answer.logs, output)
            grown = graph.add("Sub", graph.add("Exp", logs), graph.constant(1.0))
            return graph.add("Mul", grown, graph.constant(answer.unit * answer.factor))
        case Classes():
            return _classes(graph, answer, output)
        case _:
            raise TypeError(f"no such answer: {type(answer).__name__}")


def _amounts(graph: Graph, answer: Amounts, output: str) -> str:
    sized = graph.add("Mul", output, graph.constant(answer.spread))
    placed = graph.add("Add", sized, graph.constant(answer.center))
    return graph.add("Clip", placed, graph.constant(answer.lowest), graph.constant(answer.highest))


def _classes(graph: Graph, answer: Classes, output: str) -> str:
    """Each seen class goes to its place; the others get their share."""
    if len(answer.seen) == answer.total:
        return output
    share = answer.share
    lacking = answer.total - len(answer.seen)
    places = np.zeros((len(answer.seen), answer.total))
    places[np.arange(len(answer.seen)), answer.seen] = 1.0 - share * lacking
    others = np.full(answer.total, share)
    others[answer.seen] = 0.0
    placed = graph.add("MatMul", output, graph.constant(places))
    return graph.add("Add", placed, graph.constant(others))
