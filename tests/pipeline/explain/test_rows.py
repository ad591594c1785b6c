import itertools
import math

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import InvalidDataError, InvalidParameterError, ResourceLimitError
from pipeline.explain.rows import explain_rows
from pipeline.table.predict import predict_rows
from tests.pipeline.explain.fitted import (
    LEVELS,
    Answering,
    Fitted,
    forest_classifier,
    forest_regressor,
    inputs,
    linear_regressor,
)


class Function:
    """An estimator that is a formula on the columns."""

    def __init__(self, formula):
        self.formula = formula

    def predict(self, frame):
        return self.formula(frame).to_numpy(dtype=float)


@pytest.fixture(scope="module")
def background():
    return inputs(60, seed=5)


def contributions(explained, row=0, output="prediction"):
    return explained["rows"][row]["outputs"][output]["contributions"]


def exact_shapley(formula, background, row):
    """By definition: the mean over all coalitions, weighted by how many orders have them."""
    names = list(row.index)

    def value(coalition):
        mixed = background.copy()
        for name in coalition:
            mixed[name] = row[name]
        return formula(mixed).mean()

    found = {}
    for name in names:
        others = [other for other in names if other != name]
        found[name] = sum(
            math.factorial(size)
            * math.factorial(len(names) - size - 1)
            / math.factorial(len(names))
            * (value((*coalition, name)) - value(coalition))
            for size in range(len(names))
            for coalition in itertools.combinations(others, size)
        )
    return found


@pytest.mark.parametrize("make", [linear_regressor, forest_regressor, forest_classifier])
def test_base_value_and_contributions_sum_to_the_prediction(make, background):
    fitted, rows = make(), inputs(4, seed=9)
    explained = explain_rows(fitted, background, rows)
    predicted = predict_rows(fitted, rows)
    for row, told in enumerate(explained["rows"]):
        assert told["prediction"] == predicted["prediction"].iloc[row]
        for output, parts in told["outputs"].items():
            column = output if fitted.classes is None else f"probability_{output}"
            total = parts["base_value"] + sum(parts["contributions"].values())
            assert total == pytest.approx(predicted[column].iloc[row], abs=1e-6)
            assert parts["value"] == predicted[column].iloc[row]


def test_the_base_value_is_the_mean_prediction_of_the_background(background):
    fitted = linear_regressor()
    explained = explain_rows(fitted, background, inputs(1, seed=9), max_evaluations=2_000)
    mean = predict_rows(fitted, background)["prediction"].mean()
    assert explained["rows"][0]["outputs"]["prediction"]["base_value"] == pytest.approx(mean)


def test_a_linear_model_has_its_coefficients_times_the_distance_from_the_mean(background):
    row = inputs(1, seed=9)
    found = contributions(explain_rows(linear_regressor(), background, row))
    assert found["size"] == pytest.approx(3 * (row["size"].iloc[0] - background["size"].mean()))
    assert found["noise"] == pytest.approx(0.0, abs=1e-9)
    assert next(iter(found)) in {"size", "town"}


def test_two_columns_that_multiply_are_exact():
    background = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [5.0, 6.0, 9.0]})
    row = pd.DataFrame({"a": [4.0], "b": [2.0]})
    formula = lambda frame: frame["a"] * frame["b"]  # noqa: E731 - a formula
    fitted = Fitted(Answering(Function(formula)), ("a", "b"))
    found = contributions(explain_rows(fitted, background, row))
    assert found == pytest.approx(exact_shapley(formula, background, row.iloc[0]))


def test_interactions_of_more_columns_come_close_to_the_definition():
    random = np.random.default_rng(3)
    background = pd.DataFrame(random.normal(size=(25, 5)), columns=list("abcde"))
    row = pd.DataFrame(random.normal(size=(1, 5)) + 1, columns=list("abcde"))
    formula = lambda f: f["a"] * f["b"] * f["c"] + np.maximum(f["d"], f["e"])  # noqa: E731 - a formula
    fitted = Fitted(Answering(Function(formula)), tuple("abcde"))
    found = contributions(explain_rows(fitted, background, row, max_evaluations=3_000))
    exact = exact_shapley(formula, background, row.iloc[0])
    assert found == pytest.approx(exact, abs=0.1)


def test_a_row_is_explained_the_same_whatever_comes_with_it(background):
    fitted, rows = forest_classifier(), inputs(3, seed=9)
    together = explain_rows(fitted, background, rows)["rows"]
    backwards = explain_rows(fitted, background, rows.iloc[::-1])["rows"]
    alone = explain_rows(fitted, background, rows.iloc[[1]])["rows"]
    assert together == backwards[::-1]
    assert alone == [together[1]]


def test_the_rows_of_a_request_may_be_typed_otherwise(background):
    fitted, rows = forest_classifier(), inputs(1, seed=9)
    written = rows.astype({"day": "str"})
    found = explain_rows(
        FromText(fitted), background, written.assign(size=str(rows["size"].iloc[0]))
    )
    expected = explain_rows(fitted, background, rows)
    assert contributions(found, output="low") == pytest.approx(
        contributions(expected, output="low")
    )


def FromText(fitted):  # noqa: N802 - reads as a kind of model
    """The same model for rows whose numbers and dates may be written as text."""

    class Reading:
        def transform(self, frame):
            return frame.assign(size=pd.to_numeric(frame["size"]), day=pd.to_datetime(frame["day"]))

    reading = Fitted(fitted.model, fitted.features, fitted.classes)
    reading.preprocessing = Reading()
    return reading


def test_missing_and_unknown_values_are_explained():
    def formula(frame):
        return frame["size"].fillna(0.0) + frame["town"].map({"Lyon": 1.0}).fillna(-1.0)

    fitted = Fitted(Answering(Function(formula)), ("size", "town"))
    background = inputs(20, seed=5)[["size", "town"]]
    row = pd.DataFrame({"size": [None], "town": ["Atlantis"]})
    outputs = explain_rows(fitted, background, row)["rows"][0]["outputs"]["prediction"]
    assert outputs["value"] == -1.0
    assert outputs["contributions"]["size"] < 0


def test_one_column_takes_everything():
    fitted = Fitted(Answering(Function(lambda frame: frame["a"] * 2)), ("a",))
    background = pd.DataFrame({"a": [1.0, 3.0]})
    told = explain_rows(fitted, background, pd.DataFrame({"a": [5.0]}))["rows"][0]["outputs"]
    assert told["prediction"] == {
        "base_value": 4.0,
        "value": 10.0,
        "contributions": {"a": 6.0},
    }


def test_the_model_is_asked_no_more_than_allowed(background):
    asked = []

    def formula(frame):
        asked.append(len(frame))
        return frame["size"]

    fitted = Fitted(Answering(Function(formula)), ("size", "town", "day", "noise"))
    explain_rows(fitted, background, inputs(1), max_evaluations=600)
    assert sum(asked) <= 600 + len(background) + 2
    assert len(asked) == 4


def test_what_on_step_raises_passes_through(background):
    class StopError(Exception):
        pass

    def stop():
        raise StopError

    with pytest.raises(StopError):
        explain_rows(forest_classifier(), background, inputs(1), on_step=stop)


def test_too_many_rows_are_refused(background):
    with pytest.raises(
        ResourceLimitError, match="51 rows were sent to be explained; accepted: 1 to"
    ):
        explain_rows(linear_regressor(), background, inputs(51))


def test_no_rows_are_refused(background):
    with pytest.raises(ResourceLimitError, match="accepted: 1 to 50"):
        explain_rows(linear_regressor(), background, inputs(1).head(0))


def test_without_a_background_nothing_can_be_explained(background):
    with pytest.raises(InvalidParameterError, match="train it again"):
        explain_rows(linear_regressor(), background.head(0), inputs(1))


def test_missing_columns_are_named(background):
    with pytest.raises(InvalidDataError, match="'size', 'town'"):
        explain_rows(linear_regressor(), background, inputs(1)[["day", "noise"]])


def test_every_class_is_explained(background):
    outputs = explain_rows(forest_classifier(), background, inputs(1))["rows"][0]["outputs"]
    assert tuple(outputs) == LEVELS
    assert sum(one["value"] for one in outputs.values()) == pytest.approx(1.0)
    sums = [sum(one["contributions"][name] for one in outputs.values()) for name in ("size", "day")]
    assert sums == pytest.approx([0.0, 0.0], abs=1e-9)
