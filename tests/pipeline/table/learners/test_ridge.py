"""Least squares whose penalty is chosen by leaving out each row once."""

import numpy as np

from pipeline.table.learners.families import FAMILIES
from pipeline.table.learners.learner import Part, ViewKind
from pipeline.table.scores import r2
from tests.pipeline.table.learners import problems


def linear(train: Part, rows: np.ndarray) -> np.ndarray:
    fitted = FAMILIES["linear"].fit({}, train, problems.order(), lambda _step: None)
    return np.asarray(fitted.predict(rows))


def test_a_small_difference_of_two_large_columns_is_found() -> None:
    cells = problems.matrix(120, view=ViewKind.DENSE)
    cells[:, 1] = cells[:, 0] + 0.001 * cells[:, 1]
    target = 1e3 * (cells[:, 1] - cells[:, 0]).astype(np.float64)
    predicted = linear(Part(cells[:80], target[:80]), cells[80:])
    assert r2(target[80:], predicted) > 0.999


def test_chance_is_not_learned() -> None:
    train = problems.matrix(60, seed=1, view=ViewKind.DENSE)
    target = np.random.default_rng(2).normal(size=60)
    predicted = linear(Part(train, target), problems.matrix(60, seed=3, view=ViewKind.DENSE))
    assert predicted.std() < 0.3 * target.std()
