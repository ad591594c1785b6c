"""One suite that every algorithm passes, on both tasks."""

import pickle

import numpy as np
import pytest

from pipeline.table.algorithms import ALGORITHMS
from pipeline.table.fitting import Fitter, Part, Step
from pipeline.table.scores import selection_score

ROWS = 240
EVERY_ALGORITHM = pytest.mark.parametrize("name", ALGORITHMS)
EVERY_TASK = pytest.mark.parametrize("ml_task", ["classification", "regression"])
CONTENDERS = [name for name, algorithm in ALGORITHMS.items() if not algorithm.is_reference]


def parts(ml_task: str, classes: int = 3) -> tuple[Part, Part]:
    """Rows to fit on and rows to judge by, of a relation that every contender can learn."""
    random = np.random.default_rng(1)
    matrix = random.normal(size=(ROWS, 4)).astype(np.float32)
    amount = 3 * matrix[:, 0] - 2 * matrix[:, 1] + random.normal(0, 0.3, ROWS)
    target = amount
    if ml_task == "classification":
        target = np.digitize(amount, np.quantile(amount, np.linspace(0, 1, classes + 1)[1:-1]))
    return Part(matrix[:180], target[:180]), Part(matrix[180:], target[180:])


def fit(name: str, ml_task: str, train: Part, seed: int = 0, on_step=lambda step: None):
    fitter = Fitter(ml_task=ml_task, seed=seed, threads=1)
    return fitter.fit(ALGORITHMS[name], {}, train, on_step)


@EVERY_TASK
@EVERY_ALGORITHM
def test_the_same_seed_gives_the_same_model_also_after_storing(name, ml_task):
    train, judge = parts(ml_task)
    first, second = (fit(name, ml_task, train).predict(judge.matrix) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    stored = pickle.loads(pickle.dumps(fit(name, ml_task, train)))
    np.testing.assert_array_equal(stored.predict(judge.matrix), first)


@EVERY_TASK
@pytest.mark.parametrize("name", CONTENDERS)
def test_contenders_beat_the_reference(name, ml_task):
    train, judge = parts(ml_task)
    metric = "r2" if ml_task == "regression" else "accuracy"
    score, reference = (
        selection_score(metric, judge.target, fit(n, ml_task, train).predict(judge.matrix))
        for n in (name, "baseline")
    )
    assert score > reference + 0.2


@pytest.mark.parametrize("classes", [2, 3])
@EVERY_ALGORITHM
def test_probabilities_of_all_classes_sum_to_one(name, classes):
    train, judge = parts("classification", classes)
    shares = fit(name, "classification", train).predict_proba(judge.matrix)
    assert shares.shape == (len(judge.target), classes)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-5)


@EVERY_TASK
@EVERY_ALGORITHM
def test_steps_count_up_to_the_total(name, ml_task):
    steps: list[Step] = []
    fit(name, ml_task, parts(ml_task)[0], on_step=steps.append)
    iterations = [step.iteration for step in steps]
    assert iterations == sorted(set(iterations))
    assert iterations[-1] == steps[-1].total


@EVERY_TASK
@EVERY_ALGORITHM
def test_what_a_step_raises_ends_the_fit_at_once(name, ml_task):
    steps = []

    def stop(step: Step) -> None:
        steps.append(step)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(name, ml_task, parts(ml_task)[0], on_step=stop)
    assert len(steps) == 1


@EVERY_TASK
@EVERY_ALGORITHM
def test_every_parameter_of_the_search_space_exists(name, ml_task):
    recipe = ALGORITHMS[name].recipe(ml_task)
    known = recipe.build({}, seed=0, threads=1).get_params()
    assert set(recipe.space) <= set(known)


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_are_those_that_were_given(threads):
    for algorithm in ALGORITHMS.values():
        model = algorithm.classifier.build({}, seed=0, threads=threads)
        assert model.get_params().get("n_jobs") in (None, threads)
    assert ALGORITHMS["xgboost"].classifier.build({}, seed=0, threads=threads).n_jobs == threads


@EVERY_TASK
def test_boosting_figures_are_those_of_the_model_itself(ml_task):
    """The last step's figures equal what the fitted model scores on the same rows."""
    train, judge = parts(ml_task)
    steps: list[Step] = []
    fitter = Fitter(ml_task=ml_task, seed=0, threads=1)
    model = fitter.fit(ALGORITHMS["xgboost"], {}, train, steps.append, validation=judge)
    for part, shown in (
        (train, steps[-1].train_accuracy),
        (judge, steps[-1].validation_accuracy),
    ):
        predicted = model.predict(part.matrix)
        error = np.abs(part.target - predicted).sum() / np.abs(part.target).sum()
        own = 1 - error if ml_task == "regression" else np.mean(predicted == part.target)
        assert shown == pytest.approx(max(0.0, own), abs=1e-5)
    assert len({step.validation_accuracy for step in steps}) > 2


def test_early_stopping_keeps_fewer_rounds():
    train, judge = parts("regression")
    fitter = Fitter(ml_task="regression", seed=0, threads=1)
    model = fitter.fit(
        ALGORITHMS["xgboost"],
        {"n_estimators": 500},
        train,
        lambda step: None,
        validation=judge,
        stops_early=True,
    )
    assert model.best_iteration < 400
