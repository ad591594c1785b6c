"""What every family keeps to."""

import pickle
from functools import cache

import numpy as np
import optuna
import pytest

from pipeline.table.learners.families import FAMILIES
from pipeline.table.learners.learner import (
    Family,
    FitOrder,
    FittedLearner,
    Parameters,
    Part,
    Shape,
    Step,
)
from tests.pipeline.table.learners import problems

ROWS = 160
SHORT = {"rounds": 30, "trees": 20, "epochs": 8, "nets": 2, "depth": 4}
STOPS_IN_STEPS = tuple(
    name
    for name in FAMILIES
    if name not in {"baseline", "knn"}  # one step is all they have
)
TASKS = (0, 2, 3)

families = pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
tasks = pytest.mark.parametrize("classes", TASKS, ids=("regression", "binary", "multiclass"))


class StopHereError(Exception):
    """Stands for an order to stop."""


def nothing(step: Step) -> None:
    """Watch nothing."""


def shape(classes: int, rows: int = ROWS, *, is_skewed: bool = False) -> Shape:
    return Shape(rows, problems.COLUMNS, classes, is_skewed)


def short(family: Family, classes: int) -> Parameters:
    """The family's first configuration, with fewer rounds."""
    return shortened(family.portfolio(shape(classes))[0])


def shortened(parameters: Parameters) -> Parameters:
    less = {
        name: min(value, parameters[name]) for name, value in SHORT.items() if name in parameters
    }
    return {**parameters, **less}


def parts(family: Family, parameters: Parameters, classes: int) -> tuple[Part, Part, FitOrder]:
    """Rows to fit on, rows to judge by, and an order."""
    view = family.view_of(parameters)
    make = (
        (lambda seed: problems.classes(classes, ROWS, seed, view))
        if classes
        else (lambda seed: problems.amounts(ROWS, seed, view))
    )
    return make(0), make(7), problems.order(classes, view=view)


@cache
def fitted_once(name: str, classes: int, *, with_validation: bool) -> tuple[FittedLearner, Part]:
    """The family's first configuration, for tests that only ask the model; rows to judge by."""
    family = FAMILIES[name]
    parameters = short(family, classes)
    train, test, order = parts(family, parameters, classes)
    validation = test if with_validation else None
    return family.fit(parameters, train, order, nothing, validation=validation), test


def losses(predicted: np.ndarray, part: Part, classes: int) -> float:
    if classes:
        given = predicted[np.arange(len(predicted)), part.target]
        return float(-np.log(np.maximum(given, 1e-9)).mean())
    return float(np.mean((predicted - part.target) ** 2))


@families
@tasks
def test_learns_more_than_the_baseline(family: Family, classes: int) -> None:
    train, _, order = parts(family, short(family, classes), classes)
    fitted, test = fitted_once(family.name, classes, with_validation=True)
    reference = FAMILIES["baseline"].fit({}, train, order, nothing).predict(test.matrix)
    loss, least = (
        losses(fitted.predict(test.matrix), test, classes),
        losses(reference, test, classes),
    )
    assert loss <= least if family.is_reference else loss < 0.9 * least


@families
@tasks
def test_predicts_in_the_shape_of_the_task(family: Family, classes: int) -> None:
    fitted, test = fitted_once(family.name, classes, with_validation=False)
    predicted = fitted.predict(test.matrix)
    assert predicted.dtype == np.float64
    assert predicted.shape == ((ROWS, classes) if classes else (ROWS,))
    if classes:
        assert predicted.min() >= 0
        np.testing.assert_allclose(predicted.sum(axis=1), 1, atol=1e-9)


@families
@tasks
def test_pickled_predicts_the_same_to_the_last_bit(family: Family, classes: int) -> None:
    fitted, test = fitted_once(family.name, classes, with_validation=True)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict(test.matrix), fitted.predict(test.matrix))
    assert again.rounds == fitted.rounds


@families
@tasks
def test_a_row_is_predicted_alike_in_any_company(family: Family, classes: int) -> None:
    fitted, test = fitted_once(family.name, classes, with_validation=False)
    together = fitted.predict(test.matrix)
    backwards = fitted.predict(np.ascontiguousarray(test.matrix[::-1]))[::-1]
    alone = np.concatenate([fitted.predict(test.matrix[row : row + 1]) for row in range(ROWS)])
    np.testing.assert_array_equal(backwards, together)
    np.testing.assert_array_equal(alone, together)


@families
@tasks
def test_the_same_seed_gives_the_same_model(family: Family, classes: int) -> None:
    parameters = short(family, classes)
    train, test, order = parts(family, parameters, classes)
    first, _ = fitted_once(family.name, classes, with_validation=True)
    second = family.fit(parameters, train, order, nothing, validation=test)
    np.testing.assert_array_equal(first.predict(test.matrix), second.predict(test.matrix))


@families
def test_threads_do_not_change_what_is_learned(family: Family) -> None:
    parameters = short(family, 0)
    train, test, _ = parts(family, parameters, 0)
    view = family.view_of(parameters)
    one, two = (
        family.fit(parameters, train, problems.order(threads=threads, view=view), nothing)
        for threads in (1, 2)
    )
    np.testing.assert_allclose(one.predict(test.matrix), two.predict(test.matrix), rtol=1e-4)


@families
def test_classes_that_the_rows_lack_get_a_little(family: Family) -> None:
    parameters = short(family, 5)
    view = family.view_of(parameters)
    sliced = problems.classes(3, ROWS, view=view)
    train = Part(sliced.matrix, np.asarray([0, 2, 4])[sliced.target])
    validation = Part(sliced.matrix, np.arange(ROWS) % 5)
    fitted = family.fit(
        parameters, train, problems.order(5, view=view), nothing, validation=validation
    )
    predicted = fitted.predict(train.matrix)
    assert predicted.shape == (ROWS, 5)
    np.testing.assert_allclose(predicted.sum(axis=1), 1, atol=1e-9)
    lacked = predicted[:, [1, 3]]
    assert (lacked > 0).all()
    assert lacked.max() < 0.01


@families
@pytest.mark.parametrize("target", [0.0, 3.5, 1e18])
def test_a_target_without_variety_is_answered_as_it_is(family: Family, target: float) -> None:
    parameters = short(family, 0)
    view = family.view_of(parameters)
    train = Part(problems.matrix(ROWS, view=view), np.full(ROWS, target))
    fitted = family.fit(parameters, train, problems.order(view=view), nothing)
    np.testing.assert_allclose(fitted.predict(train.matrix[:3]), target, rtol=1e-12)


@families
def test_a_single_class_is_answered_with_near_certainty(family: Family) -> None:
    parameters = short(family, 2)
    view = family.view_of(parameters)
    train = Part(problems.matrix(ROWS, view=view), np.ones(ROWS, dtype=np.int64))
    predicted = family.fit(parameters, train, problems.order(2, view=view), nothing).predict(
        train.matrix[:3]
    )
    assert (predicted[:, 1] > 0.99).all()


@families
@pytest.mark.parametrize("scale", [2.0**-40, 2.0**60])
def test_amounts_of_any_size_are_learned_alike(family: Family, scale: float) -> None:
    parameters = short(family, 0)
    train, test, order = parts(family, parameters, 0)
    usual = fitted_once(family.name, 0, with_validation=False)[0].predict(test.matrix)
    sized = Part(train.matrix, train.target * scale)
    predicted = family.fit(parameters, sized, order, nothing).predict(test.matrix)
    np.testing.assert_allclose(predicted / scale, usual, rtol=1e-5, atol=1e-5)


@families
@tasks
def test_what_a_watcher_raises_passes_through(family: Family, classes: int) -> None:
    parameters = short(family, classes)
    train, _, order = parts(family, parameters, classes)

    def stop(step: Step) -> None:
        raise StopHereError

    with pytest.raises(StopHereError):
        family.fit(parameters, train, order, stop)


@pytest.mark.parametrize("name", STOPS_IN_STEPS)
def test_a_fit_without_time_keeps_its_first_steps(name: str) -> None:
    family = FAMILIES[name]
    parameters = family.portfolio(shape(2))[0]
    train, test, _ = parts(family, parameters, 2)
    order = problems.order(2, seconds=0.0, view=family.view_of(parameters))
    steps: list[Step] = []
    fitted = family.fit(parameters, train, order, steps.append, validation=test)
    assert np.isfinite(fitted.predict(test.matrix)).all()
    assert len(steps) <= 3


@families
def test_steps_count_up_to_their_total(family: Family) -> None:
    parameters = short(family, 2)
    train, _, order = parts(family, parameters, 2)
    steps: list[Step] = []
    family.fit(parameters, train, order, steps.append)
    assert steps
    assert all(1 <= step.iteration <= step.total for step in steps)
    shares = [step.iteration / step.total for step in steps]
    assert shares == sorted(shares)


@families
@pytest.mark.parametrize("rows", [2, 3, 7, 25])
@tasks
def test_few_rows_are_enough(family: Family, rows: int, classes: int) -> None:
    parameters = shortened((family.portfolio(shape(classes, rows)) or [short(family, classes)])[0])
    view = family.view_of(parameters)
    target = np.arange(rows) % classes if classes else np.arange(rows, dtype=np.float64)
    train = Part(problems.matrix(rows, view=view), target)
    order = problems.order(classes, view=view)
    fitted = family.fit(parameters, train, order, nothing)
    assert np.isfinite(fitted.predict(train.matrix)).all()


KNOWN = [
    (name, classes, shortened(known))
    for name, family in FAMILIES.items()
    for classes in TASKS
    for known in family.portfolio(shape(classes, is_skewed=not classes))[1:]
]


@pytest.mark.parametrize(("name", "classes", "parameters"), KNOWN)
def test_every_known_configuration_fits(name: str, classes: int, parameters: Parameters) -> None:
    family = FAMILIES[name]
    train, test, order = parts(family, parameters, classes)
    fitted = family.fit(parameters, train, order, nothing, validation=test)
    assert np.isfinite(fitted.predict(test.matrix)).all()


@families
@tasks
def test_what_is_suggested_fits(family: Family, classes: int) -> None:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(1))
    suggested = family.suggest(study.ask(), shape(classes))
    if suggested is not None:
        parameters = shortened(suggested)
        train, test, order = parts(family, parameters, classes)
        fitted = family.fit(parameters, train, order, nothing, validation=test)
        assert np.isfinite(fitted.predict(test.matrix)).all()


@families
@tasks
def test_memory_grows_with_the_rows(family: Family, classes: int) -> None:
    parameters = short(family, classes)
    small = family.memory_bytes(shape(classes, 1_000), parameters)
    large = family.memory_bytes(shape(classes, 1_000_000), parameters)
    assert 0 < small < large


def test_families_have_unique_names_and_one_reference() -> None:
    assert [family.name for family in FAMILIES.values()] == list(FAMILIES)
    assert [name for name, family in FAMILIES.items() if family.is_reference] == ["baseline"]
