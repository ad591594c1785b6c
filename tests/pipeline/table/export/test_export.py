"""Files for other programs predict what the models do."""

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import pytest
import xgboost

from pipeline.table.export import NotExportableError, export, exportable
from pipeline.table.learners.families import FAMILIES
from pipeline.table.learners.learner import FittedLearner, Part, Shape, Step, ViewKind
from pipeline.table.search import model as search
from tests.pipeline.table.learners import problems

ROWS = 150
NAMES = tuple(f"column {place}" for place in range(problems.COLUMNS))
EXPORTED = {
    "baseline": {},
    "linear": {},
    "lightgbm": {
        "rounds": 40,
        "min_data_in_leaf": 3,
        "cat_smooth": 0.1,
        "cat_l2": 0.1,
        "min_data_per_group": 3,
    },
    "xgboost": {"rounds": 40},
    "extra_trees": {"trees": 20},
    "random_forest": {"trees": 20},
    "neural_net": {"epochs": 5, "nets": 2},
}
TASKS = (0, 2, 3)


class Matrices:
    """A view whose rows are the matrix already."""

    feature_names = NAMES
    sources = NAMES

    def __init__(self, kind: ViewKind) -> None:
        is_native = kind is ViewKind.NATIVE
        self.categories: Mapping[int, int] = (
            {problems.CATEGORY: problems.VALUES} if is_native else {}
        )

    def transform(self, encoded: Any) -> np.ndarray:
        return encoded.numbers


class Rows:
    """Encoded rows that only have numbers."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: slice) -> "Rows":
        return Rows(self.numbers[rows])


def nothing(step: Step) -> None:
    """Watch nothing."""


def data(classes: int, view: ViewKind, seed: int = 0) -> Part:
    if classes:
        return problems.classes(classes, ROWS, seed, view)
    return problems.amounts(ROWS, seed, view)


def fit(name: str, classes: int, **more: Any) -> tuple[FittedLearner, ViewKind]:
    family = FAMILIES[name]
    known = family.portfolio(Shape(rows=ROWS, columns=6, classes=classes))
    parameters = {**known[0], **EXPORTED.get(name, {}), **more}
    view = family.view_of(parameters)
    fitted = family.fit(
        parameters, data(classes, view), problems.order(classes, view=view), nothing
    )
    return fitted, view


def table_model(
    classes: int, members: Mapping[str, tuple[FittedLearner, ViewKind]], **blend: Any
) -> Any:
    """What a training gives, as far as an export looks at it."""
    weights = dict.fromkeys(members, 1.0 / len(members))
    model = search.TableModel(
        classes=classes,
        views={kind.value: Matrices(kind) for _, kind in members.values()},
        members={
            name: (search.Part(kind.value, learner),) for name, (learner, kind) in members.items()
        },
        blends={"ensemble": search.Blend(weights=weights, **blend)},
        chosen="ensemble",
    )
    names = tuple(f"class {number}" for number in range(classes)) or None
    return SimpleNamespace(model=model, classes=names)


def run(content: bytes, matrix: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    given = {one.name: matrix for one in session.get_inputs()}
    return dict(zip(names, session.run(names, given), strict=True))


def assert_alike(fitted: Any, classes: int, matrix: np.ndarray) -> None:
    expected = fitted.model.predictions(Rows(matrix))
    found = run(export(fitted, None, "onnx").content, matrix)
    if classes:
        np.testing.assert_allclose(found["probabilities"], expected, atol=1e-5)
        np.testing.assert_array_equal(found["class_number"], fitted.model.predict(Rows(matrix)))
    else:
        np.testing.assert_allclose(found["prediction"], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("classes", TASKS)
@pytest.mark.parametrize("name", EXPORTED)
def test_onnx_predicts_what_the_model_does(name: str, classes: int) -> None:
    learner, view = fit(name, classes)
    fitted = table_model(classes, {name: (learner, view)})
    assert_alike(fitted, classes, data(classes, view, seed=9).matrix)


@pytest.mark.parametrize("classes", TASKS)
def test_catboost_without_categories_leaves_as_onnx(classes: int) -> None:
    family = FAMILIES["catboost"]
    parameters = {"rounds": 30, "learning_rate": 0.1, "depth": 4}
    train = data(classes, ViewKind.TREES)
    learner = family.fit(parameters, train, problems.order(classes), nothing)
    fitted = table_model(classes, {"catboost": (learner, ViewKind.TREES)})
    assert_alike(fitted, classes, data(classes, ViewKind.TREES, seed=9).matrix)


def test_catboost_with_categories_says_what_it_lacks() -> None:
    learner, view = fit("catboost", 2, rounds=10)
    fitted = table_model(2, {"catboost": (learner, view)})
    with pytest.raises(NotExportableError, match="only CatBoost itself can"):
        export(fitted, None, "onnx")
    assert exportable(fitted.model) == {"ensemble": ()}


@pytest.mark.parametrize("classes", TASKS)
def test_an_ensemble_is_one_file(classes: int) -> None:
    members = {name: fit(name, classes) for name in ("linear", "xgboost", "lightgbm")}
    more = {"temperature": 1.4, "factors": np.linspace(1.0, 2.0, classes)} if classes else {}
    fitted = table_model(classes, members, **more)
    matrix = data(classes, ViewKind.DENSE, seed=9).matrix
    assert_alike(fitted, classes, matrix)


@pytest.mark.parametrize("name", ["xgboost", "lightgbm", "linear"])
def test_amounts_by_their_logarithm(name: str) -> None:
    family = FAMILIES[name]
    parameters = {"rounds": 30, "log_target": True}
    view = family.view_of(parameters)
    part = data(0, view)
    train = Part(part.matrix, np.exp(part.target))
    learner = family.fit(parameters, train, problems.order(view=view), nothing)
    assert_alike(table_model(0, {name: (learner, view)}), 0, part.matrix)


def test_classes_that_were_never_seen_keep_their_place() -> None:
    part = data(3, ViewKind.TREES)
    train = Part(part.matrix, np.asarray([0, 2, 4])[part.target])
    learner = FAMILIES["xgboost"].fit(
        {"rounds": 20, "learning_rate": 0.1}, train, problems.order(5), nothing
    )
    assert_alike(table_model(5, {"xgboost": (learner, ViewKind.TREES)}), 5, part.matrix)


def test_ubj_is_what_xgboost_loads() -> None:
    learner, view = fit("xgboost", 2)
    fitted = table_model(2, {"xgboost": (learner, view)})
    file = export(fitted, "ensemble", "ubj")
    booster = xgboost.Booster(model_file=bytearray(file.content))
    matrix = data(2, view, seed=9).matrix
    np.testing.assert_array_equal(
        booster.inplace_predict(matrix).astype(np.float64),
        fitted.model.predictions(Rows(matrix))[:, 1],
    )
    assert json.loads(booster.attr("model_studio")) == file.description
    assert exportable(fitted.model) == {"ensemble": ("onnx", "ubj")}


def test_the_file_describes_its_columns() -> None:
    learner, view = fit("lightgbm", 2)
    file = export(table_model(2, {"lightgbm": (learner, view)}), None, "onnx")
    session = onnxruntime.InferenceSession(file.content, providers=["CPUExecutionProvider"])
    described = json.loads(session.get_modelmeta().custom_metadata_map["model_studio"])
    assert described == file.description
    columns = described["inputs"]["native"]
    assert [column["name"] for column in columns] == list(NAMES)
    assert columns[problems.CATEGORY]["codes"] == problems.VALUES
    assert described["classes"] == ["class 0", "class 1"]
    assert file.name == "ensemble.onnx"


@pytest.mark.parametrize(
    ("candidate", "format_", "words"),
    [
        ("gone", "onnx", "candidate 'gone' is not in the model; available: ensemble"),
        (None, "csv", "format 'csv' is unknown; available: onnx, ubj"),
        (None, "ubj", "no form as UBJ; available: onnx"),
    ],
)
def test_what_is_not_there_is_said(candidate: str | None, format_: str, words: str) -> None:
    fitted = table_model(2, {"linear": fit("linear", 2)})
    with pytest.raises(NotExportableError, match=words):
        export(fitted, candidate, format_)


def test_other_tasks_have_nothing_to_export() -> None:
    assert exportable(object()) == {}
    with pytest.raises(NotExportableError, match="only classifications and regressions"):
        export(SimpleNamespace(model=object(), classes=None), None, "onnx")
