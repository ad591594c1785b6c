"""Logistic regression that has little time to choose its penalty."""

import numpy as np
import pytest

from pipeline.table.learners.families import FAMILIES
from pipeline.table.learners.learner import FittedLearner, ViewKind
from pipeline.table.scores import log_loss
from tests.pipeline.table.learners import problems

RULED_OUT = 0.6
"""The log loss of a penalty that hides nearly all that these rows say."""


def fit(name: str, seconds: float | None) -> FittedLearner:
    family = FAMILIES[name]
    parameters = {"width": 1.0} if name == "kernel" else {}
    train = problems.classes(2, 120, view=ViewKind.DENSE)
    return family.fit(parameters, train, problems.order(2, seconds=seconds), lambda _step: None)


@pytest.mark.parametrize("name", ["linear", "kernel"])
def test_who_has_no_time_to_choose_a_penalty_takes_no_extreme_one(name: str) -> None:
    rows = problems.classes(2, 300, seed=7, view=ViewKind.DENSE)
    losses = [
        log_loss(rows.target, fit(name, seconds).predict(rows.matrix)) for seconds in (0, None)
    ]
    assert losses[0] < RULED_OUT
    assert losses[1] <= losses[0] + 0.01


def test_time_enough_changes_nothing() -> None:
    rows = problems.matrix(50, seed=3, view=ViewKind.DENSE)
    unhurried, free = (fit("linear", seconds).predict(rows) for seconds in (1e6, None))
    np.testing.assert_array_equal(unhurried, free)
