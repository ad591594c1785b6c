"""What is particular to the families of boosting."""

import pickle

import numpy as np
import pytest

from pipeline.table.learners.families import FAMILIES
from pipeline.table.learners.learner import Array, Part, Shape, Step, ViewKind
from tests.pipeline.table.learners import problems
from worker.device import has_gpu

BOOSTING = ("catboost", "lightgbm", "xgboost", "hist_gradient_boosting")
SLOW = {"rounds": 400, "learning_rate": 0.3}


def nothing(step: Step) -> None:
    """Watch nothing."""


@pytest.mark.parametrize("name", BOOSTING)
@pytest.mark.parametrize("classes", [0, 2, 3])
def test_boosting_stops_when_it_learns_no_more(name: str, classes: int) -> None:
    family = FAMILIES[name]
    part = problems.classes(classes) if classes else problems.amounts()
    order = problems.order(classes)
    noise = np.random.default_rng(0).permutation(part.target)
    random = Part(part.matrix, noise)
    fitted = family.fit(SLOW, random, order, nothing, validation=Part(part.matrix, noise[::-1]))
    assert fitted.rounds is not None
    assert fitted.rounds < 60


@pytest.mark.parametrize("name", BOOSTING)
def test_the_rounds_that_were_found_give_the_same_model(name: str) -> None:
    family = FAMILIES[name]
    train, validation = problems.amounts(), problems.amounts(seed=4)
    parameters = {"rounds": 300, "learning_rate": 0.3}
    stopped = family.fit(parameters, train, problems.order(), nothing, validation=validation)
    again = family.fit({**parameters, "rounds": stopped.rounds}, train, problems.order(), nothing)
    assert again.rounds == stopped.rounds
    np.testing.assert_allclose(
        again.predict(validation.matrix), stopped.predict(validation.matrix), rtol=1e-6
    )


@pytest.mark.parametrize("name", ["catboost", "lightgbm"])
def test_categories_are_no_order(name: str) -> None:
    family = FAMILIES[name]
    rng = np.random.default_rng(2)
    cells = problems.matrix(1_500, view=ViewKind.NATIVE)
    cells[:, problems.CATEGORY] = rng.integers(0, 40, size=len(cells))
    effect = rng.normal(size=40)
    train = Part(cells, effect[cells[:, problems.CATEGORY].astype(int)])
    order = problems.order(view=ViewKind.NATIVE)
    parameters = {"rounds": 60, "learning_rate": 0.2, "num_leaves": 4, "depth": 2}
    wanted = {"num_leaves"} if name == "lightgbm" else {"depth"}
    known = {key: parameters[key] for key in {"rounds", "learning_rate"} | wanted}
    predicted = family.fit(known, train, order, nothing).predict(cells)
    assert np.corrcoef(predicted, train.target)[0, 1] > 0.85


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_asked_for_a_gpu_xgboost_learns_the_same_and_says_where_it_found_none(
    classes: int, caplog: pytest.LogCaptureFixture
) -> None:
    on_cpu, on_gpu = predicted_on("cpu", classes), predicted_on("cuda", classes)
    tolerance = 0.02 if has_gpu() else 0.0
    np.testing.assert_allclose(
        on_gpu, on_cpu, rtol=tolerance, atol=tolerance * float(np.std(on_cpu))
    )
    missed = "no GPU was found; XGBoost has trained on the CPU" in caplog.messages
    assert missed is not has_gpu()


def predicted_on(device: str, classes: int = 0) -> Array:
    part = problems.classes(classes) if classes else problems.amounts()
    order = problems.order(classes, device=device)
    parameters = {"rounds": 20, "learning_rate": 0.1}
    fitted = FAMILIES["xgboost"].fit(parameters, part, order, nothing, validation=part)
    return fitted.predict(part.matrix)


@pytest.mark.parametrize("name", ["extra_trees", "random_forest"])
def test_equal_forests_are_stored_as_equal_bytes(name: str) -> None:
    family = FAMILIES[name]
    fits = [family.fit({"trees": 5}, problems.amounts(), problems.order(), nothing) for _ in "ab"]
    first, second = map(pickle.dumps, fits)
    assert first == second


@pytest.mark.parametrize("name", FAMILIES)
def test_a_stored_model_is_small(name: str) -> None:
    family = FAMILIES[name]
    parameters = family.portfolio(Shape(400, problems.COLUMNS, 0))[0]
    view = family.view_of(parameters)
    fitted = family.fit(parameters, problems.amounts(view=view), problems.order(view=view), nothing)
    assert len(pickle.dumps(fitted)) < 3_000_000


def views(shape: Shape) -> list[str]:
    family = FAMILIES["lightgbm"]
    return [str(family.view_of(known)) for known in family.portfolio(shape)]


def test_on_many_rows_lightgbm_sees_categories_both_as_codes_and_by_their_means() -> None:
    for widest in (5, 500):
        assert set(views(Shape(40_000, 8, 2, widest=widest))) == {"native", "trees"}
    assert set(views(Shape(40_000, 8, 2, widest=0))) == {"native"}


def test_more_thresholds_are_for_tables_of_few_columns() -> None:
    family = FAMILIES["lightgbm"]
    narrow, wide = (family.portfolio(Shape(40_000, columns, 0))[1] for columns in (10, 1_000))
    assert narrow["max_bin"] > wide["max_bin"]
    assert family.memory_bytes(Shape(40_000, 10, 0), narrow) > family.memory_bytes(
        Shape(40_000, 10, 0), {**narrow, "max_bin": 255}
    )
