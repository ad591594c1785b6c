"""The forests are those of scikit-learn."""

import numpy as np
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from pipeline.table.learners.families import FAMILIES
from pipeline.table.learners.learner import Part, Shape, Step
from pipeline.table.learners.targets import amount_problem
from tests.pipeline.table.learners import problems

ROWS = 120
SEED = 5
KNOWN = {
    ("random_forest", 0): RandomForestRegressor,
    ("random_forest", 3): RandomForestClassifier,
    ("extra_trees", 0): ExtraTreesRegressor,
    ("extra_trees", 3): ExtraTreesClassifier,
}


def nothing(step: Step) -> None:
    """Watch nothing."""


@pytest.mark.parametrize("has_gaps", [False, True], ids=["whole", "with gaps"])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("name", "classes"), KNOWN)
def test_they_answer_as_those_of_scikit_learn(
    name: str, classes: int, threads: int, has_gaps: bool
) -> None:
    family = FAMILIES[name]
    part = problems.classes(classes, ROWS) if classes else problems.amounts(ROWS)
    matrix = part.matrix if has_gaps else np.nan_to_num(part.matrix)
    assert np.isnan(matrix).any() == has_gaps
    parameters = {**family.portfolio(Shape(ROWS, problems.COLUMNS, classes))[0], "trees": 12}
    order = problems.order(classes, seed=SEED, threads=threads)
    fitted = family.fit(parameters, Part(matrix, part.target), order, nothing)
    settings = {key: value for key, value in parameters.items() if key != "trees"}
    known = KNOWN[name, classes](12, random_state=SEED, **settings)
    if classes:
        expected = known.fit(matrix, part.target).predict_proba(matrix)
    else:
        problem = amount_problem(Part(matrix, part.target), None, by_logarithm=False)
        known.fit(matrix, problem.train.target)
        expected = problem.answer(known.predict(matrix))
    np.testing.assert_allclose(fitted.predict(matrix), expected, rtol=1e-12)


@pytest.mark.parametrize("threads", [1, 2])
def test_out_of_time_the_first_trees_are_those_that_answer(threads: int) -> None:
    family, part = FAMILIES["random_forest"], problems.amounts(ROWS)
    several = {**family.portfolio(Shape(ROWS, problems.COLUMNS, 0))[0], "trees": 12}
    steps: list[Step] = []
    in_haste = problems.order(threads=threads, seconds=0.0)
    hasty = family.fit(several, part, in_haste, steps.append)
    few = family.fit({**several, "trees": len(steps)}, part, problems.order(), nothing)
    assert 1 <= len(steps) < 12
    np.testing.assert_array_equal(hasty.predict(part.matrix), few.predict(part.matrix))
