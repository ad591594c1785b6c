import json
import math

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from pipeline.explain.explanation import explain, in_words, missed_sections
from pipeline.table.predict import predict_rows
from tests.pipeline.explain.fitted import (
    LEVELS,
    amounts,
    forest_classifier,
    forest_regressor,
    inputs,
    levels,
)

TEST = inputs(400, seed=2)


def explained(fitted, target, **options):
    is_classes = fitted.classes is not None
    defaults = {
        "ml_task": "classification" if is_classes else "regression",
        "classes": fitted.classes,
        "predicted": predict_rows(fitted, TEST),
        "seconds": math.inf,
    }
    return explain(fitted, TEST, target, **{**defaults, **options})


@pytest.fixture(scope="module")
def classification():
    return explained(forest_classifier(), levels(TEST))


@pytest.fixture(scope="module")
def regression():
    return explained(forest_regressor(), amounts(TEST))


def names(section):
    return [one["column"] for one in section["columns"]]


def test_every_section_is_there(classification, regression):
    asked = {"permutation_importance", "shap", "partial_dependence", "metric_intervals"}
    of_classes = {"confusion_matrix", "roc", "precision_recall", "calibration", "worst_rows"}
    assert asked | of_classes <= set(classification)
    assert asked | {"residuals", "interval_coverage", "worst_rows"} <= set(regression)
    assert set(classification["left_out"]) == {"learning_curve"}


def test_it_can_be_written_as_json(classification, regression):
    for told in (classification, regression):
        assert json.loads(json.dumps(told, allow_nan=False)) == told


@pytest.mark.parametrize("section", ["permutation_importance", "shap"])
def test_the_columns_that_matter_come_first(classification, regression, section):
    for told in (classification, regression):
        assert names(told[section])[:2] == ["size", "town"]
        first, *_, last = (one["importance"] for one in told[section]["columns"])
        assert first > 10 * abs(last)


def test_shuffling_changes_the_metric_that_models_were_chosen_by():
    fitted = forest_regressor()
    told = explained(fitted, amounts(TEST), metric="r2")["permutation_importance"]
    assert told["metric"] == "r2"
    predicted = predict_rows(fitted, TEST)["prediction"]
    assert told["value"] == pytest.approx(metrics.r2_score(amounts(TEST), predicted), rel=1e-4)
    assert 0.5 < told["columns"][0]["importance"] < 2.5


def test_partial_dependence_follows_what_was_learned(regression):
    curves = {one["column"]: one for one in regression["partial_dependence"]["columns"]}
    size = curves["size"]["outputs"]["prediction"]["mean"]
    assert curves["size"]["grid"] == sorted(curves["size"]["grid"])
    assert size[0] < size[len(size) // 2] < size[-1]
    towns = dict(
        zip(curves["town"]["grid"], curves["town"]["outputs"]["prediction"]["mean"], strict=True)
    )
    assert towns["Lyon"] < towns["Lille"] < towns["Nice"]
    assert curves["day"]["kind"] == "date"
    low, high = (curves["town"]["outputs"]["prediction"][name] for name in ("p10", "p90"))
    assert all(a < b for a, b in zip(low, high, strict=True))


def test_the_confusion_matrix_counts_every_row(classification):
    told = classification["confusion_matrix"]
    predicted = predict_rows(forest_classifier(), TEST)["prediction"]
    actual = np.array(LEVELS, dtype=object)[levels(TEST)]
    expected = metrics.confusion_matrix(actual, predicted, labels=list(LEVELS))
    assert told["counts"] == expected.tolist()
    assert told["shares"][0] == pytest.approx(expected[0] / expected[0].sum(), rel=1e-5)


def test_roc_curves_have_the_area_of_sklearn(classification):
    shares = predict_rows(forest_classifier(), TEST)["probability_high"]
    curve = classification["roc"]["classes"]["high"]
    assert curve["area"] == pytest.approx(
        metrics.roc_auc_score(levels(TEST) == 2, shares), rel=1e-5
    )
    precision = classification["precision_recall"]["classes"]["high"]["average_precision"]
    assert precision == pytest.approx(
        metrics.average_precision_score(levels(TEST) == 2, shares), rel=1e-5
    )
    assert (curve["false_positive_rate"][0], curve["true_positive_rate"][0]) == (0.0, 0.0)
    assert (curve["false_positive_rate"][-1], curve["true_positive_rate"][-1]) == (1.0, 1.0)


def test_curves_of_many_rows_are_thinned_without_changing_their_area():
    random = np.random.default_rng(0)
    rows = 20_000
    target = random.integers(0, 2, rows)
    share = np.clip(0.5 * target + random.normal(0.25, 0.3, rows), 0.0, 1.0)
    predicted = pd.DataFrame(
        {
            "prediction": np.where(share > 0.5, "yes", "no"),
            "probability_no": 1 - share,
            "probability_yes": share,
        }
    )
    fitted = forest_classifier()
    told = explain(
        fitted,
        pd.concat([TEST] * 50, ignore_index=True),
        target,
        ml_task="classification",
        classes=("no", "yes"),
        predicted=predicted,
        seconds=0.0,
    )
    curve = told["roc"]["classes"]["yes"]
    false, true = curve["false_positive_rate"], curve["true_positive_rate"]
    assert len(false) <= 200
    assert np.trapezoid(true, false) == pytest.approx(curve["area"], abs=0.002)
    assert len(told["precision_recall"]["classes"]["yes"]["recall"]) <= 200


def test_a_class_without_test_rows_has_no_curve():
    target = np.minimum(levels(TEST), 1)
    told = explained(forest_classifier(), target, seconds=0.0)
    assert told["roc"]["left_out"] == {"high": "no test row is of this class"}
    assert told["confusion_matrix"]["shares"][2] == [None, None, None]


def test_calibration_counts_every_row_once(classification):
    told = classification["calibration"]
    assert sum(one["rows"] for one in told["confidence"]) == len(TEST)
    for bins in told["classes"].values():
        assert sum(one["rows"] for one in bins) == len(TEST)
        assert all(one["from"] <= one["predicted"] <= one["to"] for one in bins)
    assert 0 <= told["expected_calibration_error"] < 0.3


def test_probabilities_that_come_true_are_calibrated():
    random = np.random.default_rng(1)
    share = random.random(5_000)
    frame = pd.concat([TEST] * 13, ignore_index=True).head(5_000)
    predicted = pd.DataFrame(
        {
            "prediction": np.where(share > 0.5, "yes", "no"),
            "probability_no": 1 - share,
            "probability_yes": share,
        }
    )
    told = explain(
        forest_classifier(),
        frame,
        (random.random(5_000) < share).astype(int),
        ml_task="classification",
        classes=("no", "yes"),
        predicted=predicted,
        seconds=0.0,
    )
    assert told["calibration"]["expected_calibration_error"] < 0.03
    for one in told["calibration"]["classes"]["yes"]:
        assert one["observed"] == pytest.approx(one["predicted"], abs=0.1)


def test_residuals_are_actual_less_predicted(regression):
    told = regression["residuals"]
    predicted = predict_rows(forest_regressor(), TEST)["prediction"].to_numpy()
    error = amounts(TEST) - predicted
    assert told["mean"] == pytest.approx(error.mean(), rel=1e-5)
    assert sum(told["histogram"]["rows"]) == len(TEST)
    assert len(told["histogram"]["edges"]) == len(told["histogram"]["rows"]) + 1
    assert [one["rows"] for one in told["by_prediction"]] == [40] * 10
    worst = regression["worst_rows"][0]
    assert worst["row"] == int(np.abs(error).argmax())
    assert worst["values"]["town"] == TEST["town"][worst["row"]]


def test_the_most_confident_mistakes_are_the_worst_rows(classification):
    shares = predict_rows(forest_classifier(), TEST)
    worst = classification["worst_rows"][0]
    given = shares[f"probability_{worst['actual']}"][worst["row"]]
    assert worst["error"] == pytest.approx(1 - given)
    own = [shares[f"probability_{LEVELS[n]}"][row] for row, n in enumerate(levels(TEST))]
    assert given == min(own)


def test_interval_coverage_is_the_share_of_rows_inside(regression):
    told = regression["interval_coverage"]
    predicted = predict_rows(forest_regressor(), TEST)["prediction"].to_numpy()
    inside = np.abs(amounts(TEST) - predicted) <= 15.0
    assert told["coverage"] == pytest.approx(inside.mean(), rel=1e-5)
    assert told["mean_width"] == pytest.approx(30.0)
    assert sum(one["rows"] for one in told["by_prediction"]) == len(TEST)


def test_intervals_of_metrics_hold_their_value(classification, regression):
    for told in (classification, regression):
        for one in told["metric_intervals"].values():
            assert one["low"] <= one["value"] <= one["high"]
    accuracy = classification["metric_intervals"]["test_accuracy"]
    predicted = predict_rows(forest_classifier(), TEST)["prediction"]
    actual = np.array(LEVELS, dtype=object)[levels(TEST)]
    assert accuracy["value"] == pytest.approx((predicted == actual).mean(), rel=1e-5)


def test_the_learning_curve_is_passed_on():
    curve = [{"rows": 100, "score": 0.5}, {"rows": 200, "score": 0.4}]
    told = explained(forest_regressor(), amounts(TEST), learning_curve=curve, seconds=0.0)
    assert told["learning_curve"] == curve
    assert "learning_curve" not in told["left_out"]


def test_without_time_only_what_asks_the_model_is_left_out():
    told = explained(forest_classifier(), levels(TEST), seconds=0.0)
    assert "confusion_matrix" in told
    assert "metric_intervals" in told
    reasons = {name: told["left_out"][name] for name in ("permutation_importance", "shap")}
    assert set(reasons.values()) == {"the time did not suffice"}


def test_only_what_lacked_time_counts_as_missed(classification):
    told = explained(forest_classifier(), levels(TEST), seconds=0.0)
    sections = ["learning_curve", "permutation_importance", "shap", "partial_dependence"]
    assert missed_sections(told) == sections
    assert missed_sections(classification) == ["learning_curve"]
    assert in_words("learning_curve") == "what more rows would bring"
    assert in_words("confusion_matrix") == "confusion matrix"
    assert missed_sections({"left_out": {"all": "there is no test row"}}) == []


def test_the_same_seed_gives_the_same_explanation(regression):
    assert explained(forest_regressor(), amounts(TEST)) == regression


def test_another_seed_shuffles_in_another_way(regression):
    other = explained(forest_regressor(), amounts(TEST), seed=7)
    assert other["permutation_importance"] != regression["permutation_importance"]


def test_what_on_step_raises_passes_through():
    class StopError(Exception):
        pass

    calls = []

    def stop_late():
        calls.append(1)
        if len(calls) > 12:  # beyond the draws of the intervals
            raise StopError

    with pytest.raises(StopError):
        explained(forest_classifier(), levels(TEST), on_step=stop_late)


def test_without_test_rows_nothing_is_explained():
    fitted = forest_classifier()
    none = TEST.head(0)
    told = explain(
        fitted,
        none,
        np.empty(0, dtype=int),
        ml_task="classification",
        classes=LEVELS,
        predicted=predict_rows(fitted, none),
        seconds=10.0,
    )
    assert told == {"rows": 0, "left_out": {"all": "there is no test row"}}


def test_one_test_row_is_enough():
    fitted, one = forest_classifier(), TEST.head(1)
    told = explain(
        fitted,
        one,
        levels(one),
        ml_task="classification",
        classes=LEVELS,
        predicted=predict_rows(fitted, one),
        seconds=math.inf,
    )
    json.dumps(told, allow_nan=False)
    assert told["confusion_matrix"]["counts"] != [[0] * 3] * 3
