"""What every other family has to beat: the same answer for every row."""

from collections.abc import Sequence

import numpy as np

from pipeline.table.learners.family import BaseFamily, Constant, Grown
from pipeline.table.learners.learner import Parameters, Shape, ViewKind
from pipeline.table.learners.pace import Pace
from pipeline.table.learners.targets import Problem


class Baseline(BaseFamily):
    """The shares of the classes, or the mean."""

    name = "baseline"
    title = "baseline"
    view = ViewKind.TREES
    is_reference = True

    def portfolio(self, shape: Shape) -> Sequence[Parameters]:  # noqa: ARG002 - suits every shape
        return ({},)

    def grow(self, parameters: Parameters, problem: Problem, pace: Pace) -> Grown:  # noqa: ARG002 - none
        target = problem.train.target
        if problem.classes:
            value = np.bincount(target, minlength=problem.classes) / len(target)
        else:
            value = np.asarray(target.mean())
        pace.goes_on(1, 1)
        return Grown(Constant(value))
