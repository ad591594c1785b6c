"""Estimators that an operator adds to those of this project.

A package that is installed beside the workers names them in its entry points::

    [project.entry-points."model_studio.estimators"]
    plum = "orchard.models:PlumRegressor"

Each is a class, or a function without parameters, that gives an unfitted estimator with the methods
of scikit-learn: ``fit(X, y)`` and ``predict(X)``. One with ``predict_proba(X)`` competes for
classifications, any other for regressions. It sees scaled numbers without missing values; with an
attribute ``model_studio_view`` of ``"trees"`` it sees numbers with NaN instead. It must be possible
to pickle it once it is fitted. Its name is accepted as ``model_type``, and with ``auto`` it takes
part in the comparison like the others.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import numpy as np

from pipeline.errors import PipelineError
from pipeline.table.learners.family import BaseFamily, Grown
from pipeline.table.learners.learner import Array, Parameters, Shape, ViewKind
from pipeline.table.learners.pace import Pace
from pipeline.table.learners.targets import Problem

GROUP = "model_studio.estimators"


class RegisteredEstimatorError(PipelineError):
    """An estimator of an entry point cannot be used."""

    severity = "high"
    recommended_action = "Correct or uninstall the package that adds the estimator"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"the estimator '{name}' of the entry points '{GROUP}' {reason}")
        self.name = name


def registered_families(taken: Sequence[str]) -> dict[str, "Registered"]:
    """The families of all installed entry points, by name; ``taken`` names are refused.

    Raises
    ------
    RegisteredEstimatorError
        If a name is taken or given twice, or if what it stands for does not load or is no
        estimator.
    """
    families: dict[str, Registered] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        if entry.name in taken:
            raise RegisteredEstimatorError(
                entry.name, f"has the name of one that is there already: {', '.join(taken)}"
            )
        if entry.name in families:
            raise RegisteredEstimatorError(entry.name, "is there twice; give one another name")
        families[entry.name] = _family(entry)
    return families


def _family(entry: EntryPoint) -> "Registered":
    try:
        make = entry.load()
    except Exception as error:  # code of others, told with its cause
        reason = f"does not load from {entry.value}: {error}"
        raise RegisteredEstimatorError(entry.name, reason) from error
    estimator = _made(entry.name, make)
    missing = [method for method in ("fit", "predict") if not hasattr(estimator, method)]
    if missing:
        raise RegisteredEstimatorError(
            entry.name, f"has no method {' and no '.join(missing)}; a scikit-learn estimator has"
        )
    return Registered(entry.name, make, _view(entry.name, estimator))


def _made(name: str, make: Any) -> Any:
    if not callable(make):
        raise RegisteredEstimatorError(name, "is neither a class nor a function")
    try:
        return make()
    except Exception as error:  # code of others, told with its cause
        reason = f"cannot be made without parameters: {error}"
        raise RegisteredEstimatorError(name, reason) from error


def _view(name: str, estimator: Any) -> ViewKind:
    wanted = getattr(estimator, "model_studio_view", ViewKind.DENSE)
    accepted = (ViewKind.TREES, ViewKind.DENSE, ViewKind.SMOOTH)
    if wanted not in accepted:
        raise RegisteredEstimatorError(
            name, f"has model_studio_view '{wanted}'; accepted: {', '.join(accepted)}"
        )
    return ViewKind(wanted)


class Registered(BaseFamily):
    """An estimator of an entry point as a family with one configuration: its own defaults."""

    def __init__(self, name: str, make: Callable[[], Any], view: ViewKind) -> None:
        self.name = name
        self.title = name.replace("_", " ")
        self.view = view
        self._make = make
        self._classifies = hasattr(make(), "predict_proba")

    def portfolio(self, shape: Shape) -> Sequence[Parameters]:
        return ({},) if bool(shape.classes) == self._classifies else ()

    def grow(
        self,
        parameters: Parameters,  # noqa: ARG002 - its own defaults are all it has
        problem: Problem,
        pace: Pace,
    ) -> Grown:
        estimator = self._make()
        _set(estimator, {"random_state": pace.order.seed, "n_jobs": pace.order.threads})
        estimator.fit(problem.train.matrix, problem.train.target)
        _set(estimator, {"n_jobs": 1})
        pace.goes_on(1, 1)
        return Grown(_Estimator(estimator, problem.classes))


@dataclass(frozen=True, slots=True)
class _Estimator:
    estimator: Any
    classes: int

    def output(self, matrix: Array) -> Array:
        ask = self.estimator.predict_proba if self.classes else self.estimator.predict
        return np.asarray(ask(matrix), dtype=np.float64)


def _set(estimator: Any, values: Mapping[str, Any]) -> None:
    """Set those of ``values`` that the estimator has; some have no parameters at all."""
    with contextlib.suppress(AttributeError):
        own = estimator.get_params(deep=False)
        estimator.set_params(**{name: value for name, value in values.items() if name in own})
