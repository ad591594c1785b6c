"""Tables in the order of time: the oldest rows judge nothing, so that what candidates predict for
rows that they have not learned from is not there for all of them."""

import time

import numpy as np
import pandas as pd
import pytest

from pipeline.table.learners.families import FAMILIES
from pipeline.table.phases import PhaseReporter
from pipeline.table.predict import predict_rows
from pipeline.table.preparation import Prepared, analyse, prepare
from pipeline.table.scores import metric_named
from pipeline.table.search.candidate import Candidate, FoldFit
from pipeline.table.search.choice import choose
from pipeline.table.search.clock import Clock
from pipeline.table.search.ladder import make_ladder
from pipeline.table.search.pacing import Pacing
from pipeline.table.search.problem import Problem
from pipeline.table.search.search import Found
from pipeline.table.search.standings import Standings
from pipeline.table.spec import TableSpec
from pipeline.table.train import train_table
from tests.pipeline.table.tables import parquet, plain_frame

ROWS = 600
TASKS = ["regression", "classification"]


def sales(rows: int = ROWS) -> pd.DataFrame:
    """Rows of one day each, whose relation between input and target holds all the time."""
    random = np.random.default_rng(0)
    visitors = random.normal(100, 20, rows)
    return pd.DataFrame(
        {
            "day": pd.date_range("2024-01-01", periods=rows),
            "visitors": visitors,
            "y": np.round(3 * visitors + random.normal(0, 5, rows), 2),
        }
    )


def table(ml_task: str) -> pd.DataFrame:
    frame = sales()
    if ml_task == "classification":
        frame["y"] = np.where(frame["y"] > 300, "many", "few")
    return frame


def spec(ml_task: str) -> TableSpec:
    return TableSpec(ml_task=ml_task, target_variable="y", model_type="linear", max_trials=1)


def problem(ml_task: str) -> tuple[Prepared, Problem]:
    asked, reporter = spec(ml_task), PhaseReporter(lambda progress: None)
    analysis = analyse(plain_frame(table(ml_task)), asked, reporter)
    prepared = prepare(analysis, asked, reporter)
    return prepared, Problem(
        spec=asked,
        classes=len(analysis.target.classes or ()),
        layout=prepared.encoder.layout,
        train=prepared.train,
        target=prepared.train_target,
        test=prepared.test,
        ladder=make_ladder(
            len(prepared.train),
            lambda count, repetition: prepared.folds(count, repetition, asked),
            seed=0,
        ),
        metric=metric_named(ml_task, None),
    )


def shown(target: np.ndarray, classes: int, noise: float, seed: int) -> np.ndarray:
    """A prediction of ``target`` that is off by some noise."""
    random = np.random.default_rng(seed)
    if not classes:
        return target + random.normal(0, noise, len(target))
    sure = np.clip(1 - noise * random.random(len(target)), 0.01, 0.99)
    predicted = np.empty((len(target), classes))
    predicted[:] = ((1 - sure) / (classes - 1))[:, None]
    predicted[np.arange(len(target)), target] = sure
    return predicted


def candidate(name: str, problem: Problem, noise: float) -> Candidate:
    """As if it had been fitted on all folds, each of which judges by other rows."""
    made = Candidate(name=name, family=FAMILIES[name], parameters={})
    for number, fold in enumerate(problem.ladder.folds):
        made.fits[number] = FoldFit(
            judged=shown(problem.target[fold.judge], problem.classes, noise, number),
            tested=shown(np.zeros(len(problem.test), dtype=np.int64), problem.classes, 0.1, number),
            rows=len(fold.fit),
            seconds=0.01,
            rounds=None,
            predict_ms=0.1,
            size_bytes=None,
            train_accuracy=1.0,
            validation_accuracy=1.0,
        )
    return made


@pytest.mark.parametrize("ml_task", TASKS)
def test_every_fold_learns_from_older_rows_than_it_is_judged_by(ml_task):
    prepared, made = problem(ml_task)
    moments = prepared.structure.moments[prepared.train_rows]
    judged = []
    for fold in (made.ladder.folds[number] for number in made.ladder.rungs[-1]):
        assert moments[fold.fit].max() < moments[fold.judge].min()
        judged += fold.judge.tolist()
    assert len(set(judged)) == len(judged) < 0.65 * len(made.train)
    assert min(judged) >= 0.35 * len(made.train), "the oldest rows are only learned from"
    assert moments.max() < prepared.structure.moments[prepared.test_rows].min()


@pytest.mark.parametrize("ml_task", TASKS)
def test_a_choice_compares_predictions_with_the_rows_they_are_for(ml_task):
    _, made = problem(ml_task)
    folds = made.ladder.rungs[-1]
    good, poor = candidate("linear", made, 0.01), candidate("knn", made, 0.9)
    pacing = Pacing(Clock(time.perf_counter(), 60.0), 1.0, 0.0, made.all_rows)
    standings = Standings(made)
    assert [one.name for one in standings.ranked([poor, good], folds)] == ["linear", "knn"]
    choice = choose(Found((poor, good), folds), made, standings, pacing, may_blend=True)
    assert choice.weights["linear"] > 0.5
    np.testing.assert_array_equal(choice.target, made.judged_target(folds))
    assert len(choice.judged) == len(choice.target) < len(made.target)
    assert len(choice.tested) == len(made.test)
    if ml_task == "regression":
        lower, upper = choice.blend.interval.around(choice.judged)
        assert np.mean((lower <= choice.target) & (choice.target <= upper)) >= 0.88
        assert np.max(upper - lower) < 2.0
    else:
        assert (choice.judged.argmax(axis=1) == choice.target).all()


@pytest.mark.parametrize("ml_task", TASKS)
def test_a_table_in_the_order_of_time_is_learned(ml_task):
    result = train_table(parquet(table(ml_task)), spec(ml_task))
    assert any("Tested on the newest rows by 'day'" in note for note in result.notes)
    assert result.metrics["test_accuracy"] > 0.9
    newest = sales().tail(60)
    predicted = predict_rows(result, newest)
    if ml_task == "regression":
        inside = (predicted["lower"] <= newest["y"]) & (newest["y"] <= predicted["upper"])
        assert 0.7 < inside.mean() <= 1
        assert (predicted["upper"] - predicted["lower"]).median() < 40
