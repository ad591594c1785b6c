import pytest

from pipeline.errors import InvalidParameterError
from pipeline.table.learners.families import FAMILIES
from pipeline.table.spec import ML_TASKS, TableSpec, check_model_type

INVALID = {
    "unknown task": ({"ml_task": "ranking"}, "ml_task 'ranking' is unknown; accepted: classif"),
    "no target": ({"target_variable": None}, "target_variable is missing"),
    "empty target": ({"target_variable": ""}, "target_variable is missing"),
    "no test rows": ({"test_size": 0.0}, "test_size is 0.0; accepted: a number greater than 0"),
    "only test rows": ({"test_size": 1.0}, "test_size is 1.0"),
    "not a number": ({"test_size": float("nan")}, "test_size is nan"),
    "target excluded": ({"exclude_columns": ("y",)}, "exclude_columns contains the target"),
    "target as time": ({"time_column": "y"}, "time_column is 'y', which is the target"),
    "target as group": ({"group_column": "y"}, "group_column is 'y', which is the target"),
    "negative seed": ({"seed": -1}, "seed is -1"),
    "no thread": ({"threads": 0}, "threads is 0; accepted: 1 or more"),
    "no horizon": ({"horizon": 0}, "horizon is 0; accepted: 1 or more"),
    "no time": ({"time_budget_seconds": 0.5}, "time_budget_seconds is 0.5; accepted: 1 or more"),
    "no trial": ({"max_trials": 0}, "max_trials is 0; accepted: 1 or more"),
    "no latency": ({"max_predict_ms": 0.0}, "max_predict_ms is 0.0; accepted: a number greater"),
    "unknown device": ({"device": "tpu"}, "device is 'tpu'; accepted: cpu, cuda"),
}


@pytest.mark.parametrize(("change", "message"), INVALID.values(), ids=INVALID.keys())
def test_each_parameter_says_what_it_accepts(change, message):
    with pytest.raises(InvalidParameterError, match=message):
        TableSpec(**{"ml_task": "regression", "target_variable": "y", **change})


def test_an_unknown_algorithm_lists_those_there_are():
    spec = TableSpec(ml_task="regression", target_variable="y", model_type="oracle")
    with pytest.raises(InvalidParameterError, match="accepted: auto, baseline, linear"):
        check_model_type(spec, FAMILIES)


@pytest.mark.parametrize("name", ["auto", *FAMILIES])
def test_every_algorithm_can_be_asked_for(name):
    spec = TableSpec(ml_task="regression", target_variable="y", model_type=name)
    check_model_type(spec, FAMILIES)
    assert spec.target == "y"


def test_only_a_clustering_needs_no_target():
    assert TableSpec(ml_task="clustering").target == ""
    for task in set(ML_TASKS) - {"clustering"}:
        with pytest.raises(InvalidParameterError, match=f"{task} needs the name of a column"):
            TableSpec(ml_task=task)
