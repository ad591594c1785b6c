"""The formats, and the file of a candidate in each of them."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost

from pipeline.table.export.answers import add_answer
from pipeline.table.export.cores import add_core
from pipeline.table.export.description import describe
from pipeline.table.export.errors import NotExportableError
from pipeline.table.export.graph import Graph
from pipeline.table.learners.boosting_xgboost import XGBoostTrees
from pipeline.table.learners.targets import Classes
from pipeline.table.search.model import Blend, Part, TableModel

FORMATS = ("onnx", "ubj")


@dataclass(frozen=True, slots=True)
class Exported:
    """One file; its description of the columns is inside it, and here as ``description``."""

    content: bytes
    media_type: str
    name: str
    description: dict[str, Any]


def exportable(model: Any) -> dict[str, tuple[str, ...]]:
    """The formats of each candidate that a model can answer with."""
    if not isinstance(model, TableModel):
        return {}
    return {name: _formats(model, name) for name in model.candidates}


def export(fitted: Any, candidate: str | None, format_: str) -> Exported:
    """A candidate of a fitted table model, by default the one that answers, as a file.

    The file works on the matrix that the model's own encoding makes of the columns; its
    description names the columns of that matrix.

    Raises
    ------
    NotExportableError
        If the model, the candidate or the format has no such form.
    """
    model = fitted.model
    if not isinstance(model, TableModel):
        raise NotExportableError("only classifications and regressions have a form to export")
    name = candidate or model.chosen
    if name not in model.blends:
        raise NotExportableError(f"candidate '{name}' is not in the model", model.candidates)
    if format_ not in FORMATS:
        raise NotExportableError(f"format '{format_}' is unknown", FORMATS)
    described = describe(model, name, fitted.classes)
    if format_ == "ubj":
        content, kind = _ubj(model, name, described), "application/octet-stream"
    else:
        content, kind = _onnx(model, name, described), "application/octet-stream"
    return Exported(content, kind, f"{name}.{format_}", described)


def _formats(model: TableModel, name: str) -> tuple[str, ...]:
    found = []
    try:
        _draw(model, model.blends[name])
    except NotExportableError:
        pass
    else:
        found.append("onnx")
    if _only_xgboost(model, name) is not None:
        found.append("ubj")
    return tuple(found)


def _ubj(model: TableModel, name: str, described: dict[str, Any]) -> bytes:
    core = _only_xgboost(model, name)
    if core is None:
        raise NotExportableError(
            f"'{name}' is more or other than one XGBoost model, so it has no form as UBJ",
            _formats(model, name),
        )
    booster = xgboost.Booster(model_file=bytearray(core.model))
    booster.set_attr(model_studio=json.dumps(described))
    return bytes(booster.save_raw("ubj"))


def _only_xgboost(model: TableModel, name: str) -> XGBoostTrees | None:
    parts = _parts(model, model.blends[name])
    if len(parts) != 1:
        return None
    core = getattr(parts[0][0].learner, "core", None)
    return core if isinstance(core, XGBoostTrees) else None


def _onnx(model: TableModel, name: str, described: dict[str, Any]) -> bytes:
    try:
        graph = _draw(model, model.blends[name])
    except NotExportableError as error:
        raise NotExportableError(
            f"'{name}' cannot be exported: {error}", _formats(model, name)
        ) from error
    return graph.file(json.dumps(described))


def _draw(model: TableModel, blend: Blend) -> Graph:
    graph = Graph()
    inputs: dict[str, str] = {}
    terms = []
    for part, weight in _parts(model, blend):
        if part.view not in inputs:
            columns = len(model.views[part.view].feature_names)
            inputs[part.view] = graph.input(part.view, columns)
        answer = _predicted(graph, part.learner, inputs[part.view], model.classes)
        terms.append(graph.add("Mul", answer, graph.constant(weight)))
    total = graph.add("Sum", *terms)
    if model.classes:
        _finish_classes(graph, total, blend, model.classes)
    else:
        flat = graph.add("Reshape", total, graph.constant([-1], np.int64))
        graph.output("prediction", flat, None)
    return graph


def _parts(model: TableModel, blend: Blend) -> list[tuple[Part, float]]:
    return [
        (part, weight / len(model.members[name]))
        for name, weight in blend.weights.items()
        for part in model.members[name]
    ]


def _predicted(graph: Graph, learner: Any, matrix: str, classes: int) -> str:
    core, answer = getattr(learner, "core", None), getattr(learner, "answer", None)
    seen = len(answer.seen) if isinstance(answer, Classes) else classes
    return add_answer(graph, answer, add_core(graph, core, matrix, seen))


def _finish_classes(graph: Graph, total: str, blend: Blend, classes: int) -> None:
    if blend.temperature != 1.0:
        kept = graph.add("Max", total, graph.constant(1e-15))
        logs = graph.add("Div", graph.add("Log", kept), graph.constant(blend.temperature))
        total = graph.add("Softmax", logs, axis=1)
    graph.output("probabilities", total, classes)
    weighed = total
    if blend.factors is not None:
        weighed = graph.add("Mul", total, graph.constant(blend.factors))
    named = graph.add("ArgMax", weighed, axis=1, keepdims=0)
    graph.output("class_number", named, None, is_whole=True)
