import numpy as np
import pytest

from pipeline.explain.bootstrap import with_intervals
from pipeline.explain.judged import Judged
from pipeline.explain.measures import measure_of
from pipeline.table.predict import predict_rows
from pipeline.table.scores import accuracy, classification_scores, r2, regression_scores
from tests.pipeline.explain.fitted import (
    amounts,
    forest_classifier,
    forest_regressor,
    inputs,
    levels,
)


def mean_of(values):
    return lambda rows: {"mean": float(values[rows].mean())}


def test_intervals_of_a_mean_are_those_of_the_normal_distribution():
    values = np.random.default_rng(1).normal(10, 2, 1_000)
    found = with_intervals(mean_of(values), len(values), seconds=60.0)["mean"]
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert found["value"] == pytest.approx(values.mean(), rel=1e-5)
    assert found["high"] - found["low"] == pytest.approx(2 * half, rel=0.2)


def test_many_rows_have_intervals_of_their_number():
    values = np.random.default_rng(1).normal(10, 2, 200_000)
    found = with_intervals(mean_of(values), len(values), seconds=60.0)["mean"]
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert found["high"] - found["low"] == pytest.approx(2 * half, rel=0.2)


def test_most_intervals_hold_the_true_figure():
    random = np.random.default_rng(2)
    held = 0
    for seed in range(60):
        values = random.normal(0, 1, 100)
        found = with_intervals(mean_of(values), 100, seed=seed, seconds=60.0)["mean"]
        held += found["low"] <= 0.0 <= found["high"]
    assert 50 <= held <= 60


def test_the_same_seed_gives_the_same_intervals():
    values = np.random.default_rng(1).normal(size=50)
    first, again, other = (
        with_intervals(mean_of(values), 50, seed=seed, seconds=60.0) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_without_time_there_are_still_intervals():
    values = np.random.default_rng(1).normal(size=50)
    calls = []
    found = with_intervals(mean_of(values), 50, seconds=0.0, on_step=lambda: calls.append(1))[
        "mean"
    ]
    assert found["low"] < found["value"] < found["high"]
    assert len(calls) == 1


def test_what_is_undefined_has_no_interval():
    found = with_intervals(lambda rows: {"share": None}, 50, seconds=0.0)
    assert found == {"share": {"value": None, "low": None, "high": None}}


def judged(fitted, target_of):
    rows = inputs(300, seed=4)
    predicted = predict_rows(fitted, rows)
    return Judged(rows=rows, target=target_of(rows), predicted=predicted, classes=fitted.classes)


def test_the_figures_of_classes_are_those_of_the_scores():
    rows = judged(forest_classifier(), levels)
    expected = {
        "test_accuracy": accuracy("classification", rows.target, rows.decided),
        **classification_scores(rows.target, rows.decided, rows.values),
    }
    assert measure_of(rows)(np.arange(300)) == pytest.approx(expected)
    two = Judged(
        rows=rows.rows,
        target=np.minimum(rows.target, 1),
        predicted=rows.predicted.assign(
            prediction="low", probability_middle=1 - rows.predicted["probability_low"]
        ),
        classes=("low", "middle"),
    )
    expected = classification_scores(two.target, two.decided, two.values)
    found = measure_of(two)(np.arange(300))
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_the_figures_of_amounts_are_those_of_the_scores():
    rows = judged(forest_regressor(), amounts)
    expected = {
        "test_accuracy": accuracy("regression", rows.target, rows.amounts),
        "test_r2": r2(rows.target, rows.amounts),
        **regression_scores(rows.target, rows.amounts),
    }
    assert measure_of(rows)(np.arange(300)) == pytest.approx(expected)
