"""Rows whose distances are small beside their values."""

import numpy as np

from pipeline.table.learners.families import FAMILIES
from pipeline.table.learners.learner import Part
from tests.pipeline.table.learners import problems

FAR = 1e4
"""In single precision the squares of such values swallow the distances."""


def test_a_column_far_from_zero_does_not_let_the_company_decide_who_is_near() -> None:
    family = FAMILIES["knn"]
    random = np.random.default_rng(0)
    matrix = random.normal(0, 1, (200, 60)).astype(np.float32)
    matrix[:, 0] = FAR * np.sign(matrix[:, 0])
    train = Part(matrix, random.lognormal(0, 8, len(matrix)))
    order = problems.order(view=family.view_of({"neighbours": 10}))

    fitted = family.fit({"neighbours": 10}, train, order, lambda _step: None)

    together = fitted.predict(matrix)
    alone = np.concatenate([fitted.predict(matrix[row : row + 1]) for row in range(len(matrix))])
    np.testing.assert_array_equal(alone, together)
