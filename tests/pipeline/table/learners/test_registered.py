"""Estimators that come with other installed packages."""

import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.table.learners.families import FAMILIES, all_families
from pipeline.table.learners.learner import Shape, Step, ViewKind
from pipeline.table.learners.registered import (
    GROUP,
    RegisteredEstimatorError,
    registered_families,
)
from tests.pipeline.table.learners import problems

MODULE = """
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.tree import DecisionTreeRegressor


class Plum(DecisionTreeRegressor):
    model_studio_view = "trees"


class Odd(DecisionTreeRegressor):
    model_studio_view = "sideways"


class Plain:
    def fit(self, X, y):
        self.answer = float(y.mean())
        return self

    def predict(self, X):
        return [self.answer] * len(X)


def quince():
    return ExtraTreesClassifier(20)


def picky(size):
    return DecisionTreeRegressor(max_depth=size)


class Mute:
    pass


basket = 3
"""
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Install]:
    """Puts a package with entry points on the path, as an installer would."""
    module = "orchard_of_a_test"

    def put(**names: str) -> None:
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        lines = [f"{name} = {value.replace('orchard', module)}" for name, value in names.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines, ""]))
        (tmp_path / f"{module}.py").write_text(MODULE)

    sys.path.insert(0, str(tmp_path))
    yield put
    sys.path.remove(str(tmp_path))
    sys.modules.pop(module, None)


def nothing(step: Step) -> None:
    """Watch nothing."""


def test_without_packages_there_are_the_families_of_this_project() -> None:
    assert list(all_families()) == list(FAMILIES)


def test_a_regressor_competes_for_regressions(install: Install) -> None:
    install(plum="orchard:Plum")
    family = all_families()["plum"]
    assert family.portfolio(Shape(100, 3, 0)) == ({},)
    assert family.portfolio(Shape(100, 3, 2)) == ()
    assert family.view_of({}) is ViewKind.TREES
    train, test = problems.amounts(), problems.amounts(seed=3)
    fitted = family.fit({}, train, problems.order(), nothing)
    predicted = fitted.predict(test.matrix)
    assert np.corrcoef(predicted, test.target)[0, 1] > 0.9
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(fitted)).predict(test.matrix), predicted
    )


def test_a_function_may_make_a_classifier(install: Install) -> None:
    install(quince="orchard:quince")
    family = registered_families(())["quince"]
    assert family.portfolio(Shape(100, 3, 0)) == ()
    assert family.view_of({}) is ViewKind.DENSE
    train = problems.classes(3, view=ViewKind.DENSE)
    one, two = (
        family.fit({}, train, problems.order(3, threads=threads), nothing).predict(train.matrix)
        for threads in (1, 2)
    )
    np.testing.assert_array_equal(one, two)
    assert (one.argmax(axis=1) == train.target).mean() > 0.95


def test_an_estimator_needs_no_more_than_fit_and_predict(install: Install) -> None:
    install(plain="orchard:Plain")
    train = problems.amounts(view=ViewKind.DENSE)
    fitted = registered_families(())["plain"].fit({}, train, problems.order(), nothing)
    np.testing.assert_allclose(fitted.predict(train.matrix), train.target.mean())


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("xgboost", "orchard:Plum", "has the name of one that is there already: baseline, linear"),
        ("gone", "orchard:Peach", "does not load"),
        ("lost", "no_such_orchard_anywhere:Plum", "does not load"),
        ("mute", "orchard:Mute", "has no method fit and no predict"),
        ("picky", "orchard:picky", "cannot be made without parameters"),
        ("basket", "orchard:basket", "is neither a class nor a function"),
        ("odd", "orchard:Odd", "has model_studio_view 'sideways'; accepted: trees, dense, smooth"),
    ],
)
def test_what_cannot_be_used_is_said(install: Install, name: str, value: str, words: str) -> None:
    install(**{name: value})
    with pytest.raises(RegisteredEstimatorError, match=f"'{name}'.*{words}"):
        all_families()
