"""What holds of every model of a target: it learns nothing from chance, and repeats itself."""

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import InsufficientDataError
from pipeline.table.predict import predict_rows
from pipeline.table.result import TableResult
from pipeline.table.spec import TableSpec
from pipeline.table.train import train_table
from tests.pipeline.table.tables import parquet, shop_rows

TARGETS = {"classification": "level", "regression": "amount"}
FAMILIES = (
    *("linear", "catboost", "lightgbm", "xgboost", "hist_gradient_boosting", "extra_trees"),
    *("random_forest", "neural_net", "kernel", "knn"),
)
TRIALS = dict.fromkeys(FAMILIES, 2) | {"auto": 6, "linear": 6, "lightgbm": 6, "knn": 6}
"""A leak shows in the first trial; the others tell whether one is chosen by chance, which the quick
families do six times.
"""


def spec(ml_task: str, **changes: Any) -> TableSpec:
    """Ends by its trials, never by its time, unless told otherwise."""
    target = TARGETS[ml_task]
    other = next(name for name in TARGETS.values() if name != target)
    asked = {"max_trials": 6, "time_budget_seconds": 600, "exclude_columns": (other,), **changes}
    return TableSpec(ml_task=ml_task, target_variable=target, **asked)


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


@pytest.fixture(scope="module", params=list(TARGETS))
def automatic(request: pytest.FixtureRequest) -> TableResult:
    return train_table(parquet(shop_rows()), spec(request.param))


NEW = shop_rows(150, seed=9).drop(columns=list(TARGETS.values()))


def test_every_candidate_answers_the_same_after_it_was_stored(automatic: TableResult) -> None:
    stored = pickle.loads(pickle.dumps((automatic.preprocessing, automatic.model)))
    loaded = replace(automatic, preprocessing=stored[0], model=stored[1])
    held = [entry.candidate for entry in automatic.leaderboard if entry.is_available]
    assert len(held) > 1
    for candidate in (None, *held):
        same(predict_rows(loaded, NEW, candidate), predict_rows(automatic, NEW, candidate))


def test_rows_answer_alike_in_any_order_and_number_and_beside_other_columns(
    automatic: TableResult,
) -> None:
    whole = predict_rows(automatic, NEW)
    order = np.random.default_rng(1).permutation(len(NEW))
    same(predict_rows(automatic, NEW.iloc[order]), whole.iloc[order])
    further = NEW.assign(further="x")[["further", *reversed(NEW.columns)]]
    same(predict_rows(automatic, further), whole)
    for size in (1, 7, 64, 65):
        chunks = [NEW.iloc[start : start + size] for start in range(0, len(NEW), size)]
        same(pd.concat([predict_rows(automatic, chunk) for chunk in chunks]), whole)


@pytest.mark.parametrize("ml_task", TARGETS)
def test_the_same_request_gives_the_same_model(ml_task: str) -> None:
    asked = spec(ml_task, max_trials=4, seed=5)
    first, second = (train_table(parquet(shop_rows()), asked) for _ in range(2))
    same(predict_rows(first, NEW), predict_rows(second, NEW))
    assert untimed_notes(first) == untimed_notes(second)
    assert first.hyperparameters == second.hyperparameters
    timed = {"fit_seconds": 0.0, "predict_ms": None, "size_bytes": None}
    boards = [[replace(entry, **timed) for entry in one.leaderboard] for one in (first, second)]
    assert boards[0] == boards[1]
    clock = {"total_time_seconds"}
    assert {k: v for k, v in first.metrics.items() if k not in clock} == {
        k: v for k, v in second.metrics.items() if k not in clock
    }


def untimed_notes(result: TableResult) -> list[str]:
    """But for what a busy machine had no time to explain."""
    return [note for note in result.notes if "time did not suffice to explain" not in note]


def by_chance(ml_task: str, model_type: str) -> tuple[TableResult, float]:
    """A model of a target that has nothing to do with the other columns, which are tempting: names
    that come twice, identifiers, dates; and the entropy of the target."""
    table = shop_rows(400)
    target = TARGETS[ml_task]
    table["buyer"] = [f"buyer {number // 2}" for number in range(len(table))]
    random = np.random.default_rng(11)
    table[target] = table[target].to_numpy()[random.permutation(len(table))]
    asked = spec(ml_task, test_size=0.5, model_type=model_type, max_trials=TRIALS[model_type])
    result = train_table(parquet(table), asked)
    shares = table["level"].value_counts(normalize=True)
    return result, float(-(shares * np.log(shares)).sum())


@pytest.mark.parametrize("model_type", ["auto", *FAMILIES])
def test_of_shuffled_classes_no_more_is_known_than_how_frequent_they_are(model_type: str) -> None:
    result, entropy = by_chance("classification", model_type)
    assert result.metrics["log_loss"] > 0.97 * entropy
    board = [entry for entry in result.leaderboard if entry.score is not None]
    assert min(entry.score for entry in board) > 0.93 * entropy
    if model_type == "auto":
        assert result.metrics["log_loss"] < 1.1 * entropy


@pytest.mark.parametrize("model_type", ["auto", *FAMILIES])
def test_of_shuffled_amounts_no_more_is_known_than_their_mean(model_type: str) -> None:
    result, _ = by_chance("regression", model_type)
    assert result.metrics["test_r2"] < 0.06
    if model_type == "auto":
        assert result.metrics["test_r2"] > -0.1


def test_too_few_rows_are_refused_with_advice_for_tables() -> None:
    with pytest.raises(InsufficientDataError) as refused:
        train_table(shop_rows(12), spec("classification"))
    assert refused.value.recommended_action == "Send a table with more rows"
