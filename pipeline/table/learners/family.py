"""The part of a fit that is the same for every family."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from pipeline.table.learners.learner import (
    Array,
    FitOrder,
    OnStep,
    Parameters,
    Part,
    Shape,
    Trial,
    ViewKind,
)
from pipeline.table.learners.pace import Pace
from pipeline.table.learners.targets import (
    Answer,
    Floats,
    Logarithms,
    Problem,
    amount_problem,
    class_problem,
)


class Core(Protocol):
    """What a library has learned."""

    def output(self, matrix: Array) -> Array:
        """Amounts in the units of the problem; or probabilities of the classes that were seen,
        of two classes that of the second alone is enough.
        """
        ...


@dataclass(frozen=True, slots=True)
class Grown:
    """A core, and how many rounds it has where there are rounds."""

    core: Core
    rounds: int | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    """A core with the way from its output to predictions."""

    family: str
    core: Core
    answer: Answer
    rounds: int | None = None

    def predict(self, matrix: Array) -> Floats:
        """Amounts, shape (rows,); or probabilities that sum to 1, shape (rows, classes)."""
        return self.answer(self.core.output(matrix))


@dataclass(frozen=True, slots=True)
class Constant:
    """The same output for every row."""

    value: Floats

    def output(self, matrix: Array) -> Array:
        return np.repeat(self.value[None], len(matrix), axis=0)


class BaseFamily(ABC):
    """A family that says how to ``grow`` a core; the targets and lost classes are seen to here."""

    name: str
    title: str
    view: ViewKind
    is_reference: bool = False

    @abstractmethod
    def portfolio(self, shape: Shape) -> Sequence[Parameters]:
        """Configurations worth trying, the best bet first; none if the family does not suit."""

    @abstractmethod
    def grow(self, parameters: Parameters, problem: Problem, pace: Pace) -> Grown:
        """Learn a problem with at least two different targets."""

    def suggest(self, trial: Trial, shape: Shape) -> Parameters | None:  # noqa: ARG002 - some
        """A configuration for a search by trials; None if the family has nothing to tune."""
        return None

    def memory_bytes(self, shape: Shape, parameters: Parameters) -> int:  # noqa: ARG002 - some
        """About how much memory a fit takes beyond the matrix."""
        return 16 * shape.rows * max(1, shape.classes)

    def view_of(self, parameters: Parameters) -> ViewKind:
        """The view that a configuration wants: ``view`` unless the parameters say otherwise."""
        return ViewKind(parameters.get("view", self.view))

    def fit(
        self,
        parameters: Parameters,
        train: Part,
        order: FitOrder,
        on_step: OnStep,
        *,
        validation: Part | None = None,
    ) -> Fitted:
        """Fit on ``train`` as ``Family.fit`` says."""
        pace = Pace(order, on_step)
        problem = _problem(parameters, train, validation, order.classes)
        if len(np.unique(problem.train.target)) < 2:
            pace.goes_on(1, 1)
            return Fitted(self.name, Constant(_only(problem)), problem.answer)
        grown = self.grow(parameters, problem, pace)
        answer = problem.answer
        if isinstance(answer, Logarithms):
            answer = answer.leveled(grown.core.output(train.matrix), train.target)
        return Fitted(self.name, grown.core, answer, grown.rounds)


def _problem(parameters: Parameters, train: Part, validation: Part | None, classes: int) -> Problem:
    if classes:
        return class_problem(train, validation, classes)
    return amount_problem(train, validation, by_logarithm=bool(parameters.get("log_target")))


def _only(problem: Problem) -> Floats:
    return np.ones(1) if problem.classes else np.asarray(problem.train.target[0], dtype=np.float64)


def without(parameters: Parameters, *names: str) -> dict[str, Any]:
    """The parameters but ``names`` and those that every family takes."""
    return {
        name: value
        for name, value in parameters.items()
        if name not in {"view", "log_target", *names}
    }
