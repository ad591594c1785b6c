import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipeline.errors import InvalidParameterError
from pipeline.table import scores

AMOUNTS = arrays.arrays(np.float64, 8, elements=st.floats(-1e6, 1e6))


def test_known_values():
    actual, predicted = np.array([10.0, 20.0, 30.0]), np.array([12.0, 20.0, 26.0])
    assert scores.wape(actual, predicted) == pytest.approx(0.1)
    assert scores.accuracy("regression", actual, predicted) == pytest.approx(0.9)
    assert scores.r2(actual, predicted) == pytest.approx(0.9)
    measured = scores.regression_scores(actual, predicted)
    assert measured["mae"] == pytest.approx(2.0)
    assert measured["rmse"] == pytest.approx(np.sqrt(20 / 3))


@pytest.mark.parametrize(("predicted", "expected"), [([0.0, 0.0], 0.0), ([0.0, 1.0], None)])
def test_wape_on_zeros(predicted, expected):
    assert scores.wape(np.zeros(2), np.array(predicted)) == expected


@given(AMOUNTS, AMOUNTS)
def test_regression_accuracy_is_a_share_of_one_on_every_input(actual, predicted):
    assert 0.0 <= scores.accuracy("regression", actual, predicted) <= 1.0


@given(AMOUNTS, AMOUNTS, st.floats(0.1, 100))
def test_wape_does_not_depend_on_the_unit(actual, predicted, factor):
    first = scores.wape(actual, predicted)
    if first is not None:
        assert scores.wape(actual * factor, predicted * factor) == pytest.approx(first)


def test_classification_scores_when_the_test_lacks_a_class():
    shares = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1]])
    measured = scores.classification_scores(np.array([0, 1, 0]), shares.argmax(axis=1), shares)
    assert measured["balanced_accuracy"] == 1.0
    assert measured["roc_auc"] == 1.0
    assert measured["log_loss"] == pytest.approx(-np.log([0.8, 0.7, 0.6]).mean())


def test_roc_auc_of_one_class_is_unknown():
    shares = np.array([[0.8, 0.2], [0.7, 0.3]])
    measured = scores.classification_scores(np.array([0, 0]), np.array([0, 0]), shares)
    assert measured["roc_auc"] is None


@pytest.mark.parametrize(
    ("task", "usual"), [("classification", "log_loss"), ("regression", "rmse")]
)
def test_the_usual_metric_of_a_task(task, usual):
    assert scores.metric_named(task, None).name == usual


def test_an_unknown_metric_lists_those_there_are():
    with pytest.raises(InvalidParameterError, match="accepted: rmse, mae, r2, wape"):
        scores.metric_named("regression", "accuracy")


@pytest.mark.parametrize(
    ("task", "name"), [(task, name) for task, known in scores.METRICS.items() for name in known]
)
def test_better_predictions_have_a_smaller_loss(task, name):
    metric = scores.metric_named(task, name)
    if task == "regression":
        actual = np.array([1.0, 2.0, 4.0, 8.0])
        good, bad = actual + 0.1, actual[::-1]
    else:
        actual = np.array([0, 0, 1, 1])
        good = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.2, 0.8]])
        bad = good[::-1]
    assert metric.loss(actual, good) < metric.loss(actual, bad)
    assert metric.value(metric.loss(actual, good)) == pytest.approx(metric.measure(actual, good))


def test_an_undefined_value_is_the_worst_loss():
    metric = scores.metric_named("classification", "roc_auc")
    assert metric.loss(np.array([0, 0]), np.array([[0.8, 0.2], [0.7, 0.3]])) == np.inf
