import pytest

from pipeline.errors import InvalidParameterError
from pipeline.table.algorithms import ALGORITHMS
from pipeline.table.spec import TableSpec

INVALID = {
    "unknown task": ({"ml_task": "ranking"}, "ml_task 'ranking' is unknown; accepted: classif"),
    "clustering": ({"ml_task": "clustering"}, "not available yet: use classification or regress"),
    "time series": ({"ml_task": "time_series"}, "not available yet"),
    "no target": ({"target_variable": None}, "target_variable is missing"),
    "empty target": ({"target_variable": ""}, "target_variable is missing"),
    "unknown model": ({"model_type": "oracle"}, "model_type 'oracle' is unknown; accepted: auto, "),
    "no test rows": ({"test_size": 0.0}, "test_size is 0.0; accepted: a number greater than 0"),
    "only test rows": ({"test_size": 1.0}, "test_size is 1.0"),
    "not a number": ({"test_size": float("nan")}, "test_size is nan"),
    "target excluded": ({"exclude_columns": ("y",)}, "exclude_columns contains the target"),
    "negative seed": ({"seed": -1}, "seed is -1"),
    "no thread": ({"threads": 0}, "threads is 0; accepted: 1 or more"),
}


@pytest.mark.parametrize(("change", "message"), INVALID.values(), ids=INVALID.keys())
def test_each_parameter_says_what_it_accepts(change, message):
    with pytest.raises(InvalidParameterError, match=message):
        TableSpec(**{"ml_task": "regression", "target_variable": "y", **change})


@pytest.mark.parametrize("name", ["auto", *ALGORITHMS])
def test_every_algorithm_can_be_asked_for(name):
    assert TableSpec(ml_task="regression", target_variable="y", model_type=name).target == "y"


def test_at_least_five_algorithms_beside_the_reference():
    contenders = [name for name, algorithm in ALGORITHMS.items() if not algorithm.is_reference]
    assert len(contenders) >= 5
    assert "xgboost" in contenders
