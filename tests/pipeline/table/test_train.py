import io
import json
import re
import time

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import (
    InvalidDataError,
    InvalidParameterError,
    ResourceLimitError,
    TargetNotFoundError,
)
from pipeline.progress import Progress
from pipeline.table.judging import LEARNED_FROM_ALL
from pipeline.table.phases import PHASE_RANGES, TablePhase
from pipeline.table.predict import predict_rows
from pipeline.table.result import TableResult
from pipeline.table.spec import TableSpec
from pipeline.table.split import split_rows
from pipeline.table.target import read_target
from pipeline.table.train import train_table
from tests.pipeline.table.tables import parquet, shop_rows

TARGETS = {"classification": "level", "regression": "amount"}
PHASES = [phase for phase in TablePhase if phase is not TablePhase.COMPLETED]


def spec(ml_task: str, model_type: str = "linear", **changes: object) -> TableSpec:
    """Trains the quickest algorithm unless told otherwise; the other target is no input."""
    other = {"level": "amount", "amount": "level"}[TARGETS[ml_task]]
    given = {"exclude_columns": (other,), "seed": 7, "max_trials": 1, **changes}
    return TableSpec(
        ml_task=ml_task, target_variable=TARGETS[ml_task], model_type=model_type, **given
    )


class Run:
    """One training with everything that it reported."""

    def __init__(self, spec: TableSpec, table: pd.DataFrame) -> None:
        self.messages: list[Progress] = []
        self.result: TableResult = train_table(
            parquet(table), spec, on_progress=self.messages.append
        )

    def of(self, phase: TablePhase) -> list[Progress]:
        return [message for message in self.messages if message.phase == phase]


@pytest.fixture(scope="module", params=list(TARGETS))
def automatic(request: pytest.FixtureRequest) -> Run:
    unhurried = {"max_trials": 3, "time_budget_seconds": 600}
    return Run(spec(request.param, "auto", **unhurried), shop_rows())


@pytest.fixture(scope="module", params=list(TARGETS))
def boosted(request: pytest.FixtureRequest) -> Run:
    return Run(spec(request.param, "xgboost", time_budget_seconds=600), shop_rows())


def test_phases_come_in_order_within_their_ranges_and_never_fall(automatic):
    assert list(dict.fromkeys(m.phase for m in automatic.messages)) == PHASES
    percentages = [m.percentage for m in automatic.messages]
    assert percentages == sorted(percentages)
    for message in automatic.messages:
        start, end = PHASE_RANGES[TablePhase(message.phase)]
        assert start <= message.percentage <= end
    assert percentages[-1] == 95.0


def test_the_leaderboard_has_every_candidate_the_best_first(automatic):
    board = automatic.result.leaderboard
    names = [entry.candidate for entry in board]
    assert len(set(names)) == len(names)
    assert {"baseline", "linear", "kernel", "extra_trees"} <= set(names)
    scores = [entry.score for entry in board]
    assert scores == sorted(scores)
    assert names[-1] == "baseline"
    (chosen,) = (entry for entry in board if entry.is_chosen)
    assert chosen.algorithm == automatic.result.algorithm
    assert sum(entry.weight for entry in board if entry is not chosen) == pytest.approx(
        1.0 if chosen.candidate == "ensemble" else 0.0, abs=1e-3
    )


def test_every_candidate_was_measured(automatic):
    for entry in automatic.result.leaderboard:
        assert entry.fit_seconds > 0
        assert entry.predict_ms > 0
        assert entry.size_bytes > 0


def test_each_available_candidate_answers_by_itself(automatic):
    result, new = automatic.result, shop_rows(30, seed=4)
    available = [entry.candidate for entry in result.leaderboard if entry.is_available]
    assert set(available) == set(result.model.candidates)
    answers = {name: predict_rows(result, new, candidate=name) for name in available}
    assert len(answers) > 1
    last = list(answers["linear"])[-1]
    assert len({tuple(answer[last]) for answer in answers.values()}) == len(answers)


def test_metrics_are_complete_and_good(automatic):
    result = automatic.result
    named = {"algorithm", "train_accuracy", "test_accuracy", "total_time_seconds"}
    further = {
        "classification": {"f1_macro", "balanced_accuracy", "log_loss", "roc_auc"},
        "regression": {"train_r2", "test_r2", "mae", "rmse", "wape"},
    }[result.ml_task]
    assert set(result.metrics) == named | further
    for name in set(result.metrics) - {"algorithm"}:
        assert np.isfinite(result.metrics[name])
    assert result.metrics["test_accuracy"] > 0.65
    if result.ml_task == "regression":
        assert result.metrics["test_accuracy"] == pytest.approx(1 - result.metrics["wape"])


def test_the_result_can_be_stored_and_shown(automatic):
    result = automatic.result
    shown = json.loads(
        json.dumps([result.profile, result.hyperparameters, result.library_versions]),
        parse_constant=pytest.fail,
    )
    profile = shown[0]
    assert profile["rows"] == 160
    assert profile["columns"]["size"]["missing"] == 12
    assert profile["columns"]["town"]["top"][0]["count"] > 30
    assert set(profile["dropped"]) >= {"street", "constant", "empty"}
    assert len(result.data_digest) == 64
    assert result.training_data_points == 128
    assert result.validation_data_points == 32


def test_training_reports_iterations_with_measured_figures(boosted):
    steps = [m for m in boosted.messages if "iteration" in m.metrics]
    figures = {name for message in steps for name in message.metrics}
    assert figures >= {
        "current_algorithm",
        "train_accuracy",
        "validation_accuracy",
        "iteration",
        "total_iterations",
    }
    for message in steps:
        assert 1 <= message.metrics["iteration"] <= message.metrics["total_iterations"]
    assert any("Training XGBoost model (iteration " in m.message for m in steps)
    logs = [log for message in boosted.messages for log in message.logs]
    assert any(
        re.match(r"Iteration \d+: train_acc=\d\.\d\d, val_acc=\d\.\d\d", log) for log in logs
    )
    assert any("earning rate: " in log for log in logs)


@pytest.mark.parametrize(
    ("ml_task", "model_type"), [("classification", "lightgbm"), ("regression", "linear")]
)
def test_the_same_request_gives_the_same_result(ml_task, model_type):
    request = spec(ml_task, model_type, max_trials=3, time_budget_seconds=600)
    first, second = (Run(request, shop_rows()).result for _ in range(2))
    assert without_times(first) == without_times(second)
    new = shop_rows(20, seed=8)
    pd.testing.assert_frame_equal(
        predict_rows(first, new), predict_rows(second, new), check_exact=True
    )


def without_times(result: TableResult) -> list[object]:
    metrics = {**result.metrics, "total_time_seconds": 0}
    board = [(entry.candidate, entry.score, entry.score_std) for entry in result.leaderboard]
    return [metrics, board, result.hyperparameters, result.profile, result.data_digest]


def test_another_seed_splits_differently():
    first, second = (
        Run(spec("regression", seed=seed), shop_rows()).result.metrics["mae"] for seed in (1, 2)
    )
    assert first != second


class StopError(ValueError):
    """What a careless caller raises to stop: the kind of error that a failing fit raises too."""


@pytest.mark.parametrize(
    ("phase", "model_type"),
    [
        *((phase, "linear") for phase in PHASES),
        (TablePhase.ALGORITHM_SELECTION, "lightgbm"),
        (TablePhase.TRAINING, "lightgbm"),
    ],
)
def test_the_caller_can_stop_in_every_phase(phase, model_type):
    heard = []

    def stop(progress: Progress) -> None:
        heard.append(progress.phase)
        if heard.count(phase) == 2:
            raise StopError

    with pytest.raises(StopError):
        train_table(shop_rows(), spec("regression", model_type), on_progress=stop)
    assert heard[-1] == phase
    assert heard.count(phase) == 2


def test_a_frame_and_its_file_give_the_same_model():
    frame = shop_rows()
    from_frame = train_table(frame, spec("regression"))
    from_file = Run(spec("regression"), frame).result
    assert from_frame.metrics["mae"] == from_file.metrics["mae"]


def test_a_nested_column_is_left_out_with_its_reason_even_if_it_is_excluded():
    frame = shop_rows()
    frame["basket"] = [[1, 2]] * len(frame)
    for excluded in (("level",), ("level", "basket")):
        result = Run(spec("regression", exclude_columns=excluded), frame).result
        assert result.profile["dropped"]["basket"].startswith("holds lists or structures")
        assert "basket" not in result.features
    with pytest.raises(InvalidDataError, match="target_variable 'basket' holds lists"):
        train_table(parquet(frame), TableSpec(ml_task="regression", target_variable="basket"))


def test_test_rows_take_no_part_in_what_they_judge():
    """Spoiling the inputs of the test rows changes the test's figures, and none of the search."""
    frame = shop_rows()
    first = Run(spec("regression"), frame).result
    _, test = split_rows(read_target(frame, spec("regression")), spec("regression"))
    frame.loc[test, "size"] = 1e6
    second = Run(spec("regression"), frame).result
    assert [entry.score for entry in second.leaderboard] == [
        entry.score for entry in first.leaderboard
    ]
    assert second.metrics["test_r2"] < first.metrics["test_r2"]


def test_the_final_model_learns_from_all_rows_and_says_so():
    """A town that is only among the test rows has an effect of its own on predictions."""
    frame = shop_rows()
    _, test = split_rows(read_target(frame, spec("regression")), spec("regression"))
    frame.loc[test, "town"] = "Arles"
    result = Run(spec("regression"), frame).result
    new = shop_rows(5, seed=2)
    known, unknown = (predict_rows(result, new.assign(town=town)) for town in ("Arles", "Nowhere"))
    assert (known["prediction"] != unknown["prediction"]).all()
    assert LEARNED_FROM_ALL in result.notes


@pytest.mark.parametrize("ml_task", list(TARGETS))
def test_a_shuffled_target_is_predicted_no_better_than_by_chance(ml_task):
    frame = shop_rows(300)
    target = TARGETS[ml_task]
    frame[target] = frame[target].sample(frac=1, random_state=1).to_numpy()
    request = spec(ml_task, "lightgbm", test_size=0.4, time_budget_seconds=600)
    result = Run(request, frame).result
    if ml_task == "regression":
        assert result.metrics["test_r2"] < 0.1
    else:
        assert result.metrics["roc_auc"] == pytest.approx(0.5, abs=0.1)


def test_a_budget_of_a_few_seconds_is_kept():
    budget = 6.0
    start = time.process_time()
    result = Run(
        spec("regression", "auto", max_trials=None, time_budget_seconds=budget), shop_rows(400)
    ).result
    assert result.metrics["test_r2"] > 0.5
    assert time.process_time() - start < 2 * budget  # what others compute is not counted


def test_what_does_not_fit_in_the_memory_is_refused():
    with pytest.raises(ResourceLimitError, match=r"No algorithm fits in the memory \(baseline: "):
        train_table(shop_rows(), spec("regression", max_memory_bytes=10))


def test_a_metric_of_another_task_is_refused_before_anything_is_read():
    with pytest.raises(InvalidParameterError, match="metric 'accuracy' is unknown for regression"):
        train_table(io.BytesIO(b"no parquet"), spec("regression", metric="accuracy"))


def test_models_are_chosen_by_the_metric_that_was_asked_for():
    result = Run(
        spec("classification", metric="balanced_accuracy", max_trials=2), shop_rows()
    ).result
    assert result.selection_metric == "balanced_accuracy"
    scores = [entry.score for entry in result.leaderboard]
    assert scores == sorted(scores, reverse=True)


def test_excluded_columns_are_not_learned_from():
    result = Run(spec("regression", exclude_columns=("level", "size")), shop_rows()).result
    assert "size" not in result.features
    assert result.profile["dropped"]["size"] == "excluded by request"


def test_each_column_tells_how_much_of_the_target_it_explains():
    profile = Run(spec("regression"), shop_rows()).result.profile
    told = {name: one.get("association") for name, one in profile["columns"].items()}
    assert told["size"] > 0.1 > told["visits"] >= 0
    assert told["level"] is None, "it is excluded"
    assert told["amount"] is None, "it is the target"
    assert told["constant"] is None, "nothing is learned from it"


def test_the_column_that_tells_groups_apart_is_not_learned_from():
    table = shop_rows().assign(shop=np.repeat(np.arange(40), 4))
    result = Run(spec("regression", group_column="shop"), table).result
    assert "shop" not in result.features
    assert "rows of other groups" in result.profile["dropped"]["shop"]
    predicted = predict_rows(result, table.drop(columns=["shop"]).head(3))
    assert np.isfinite(predicted["prediction"]).all()


def test_unknown_excluded_columns_are_named():
    with pytest.raises(InvalidParameterError, match="not in the data: 'nothing'"):
        train_table(shop_rows(), spec("regression", exclude_columns=("nothing",)))


def test_missing_target():
    request = TableSpec(ml_task="regression", target_variable="cpu", model_type="linear")
    with pytest.raises(TargetNotFoundError, match=r"^Target variable 'cpu' not found in data\. "):
        train_table(shop_rows(), request)


def test_no_column_to_learn_from_names_the_reasons():
    frame = shop_rows()[["street", "constant", "amount"]]
    request = TableSpec(ml_task="regression", target_variable="amount", model_type="linear")
    with pytest.raises(InvalidDataError, match="'constant': the same value in every row"):
        train_table(frame, request)


def test_infinite_and_repeated_rows_are_noted():
    frame = shop_rows()
    frame.loc[20, "size"] = np.inf
    frame.loc[21, "size"] = -np.inf
    frame.loc[40:44, frame.columns] = frame.loc[50].to_numpy()
    frame.loc[60, "amount"] = np.nan
    notes = " ".join(Run(spec("regression"), frame).result.notes)
    assert "Infinite values count as missing in: 'size'" in notes
    assert "5 rows repeat another row" in notes
    assert "1 row without a usable value of 'amount' was left out" in notes


def test_rare_classes_and_few_rows_still_give_a_model():
    frame = shop_rows(60)
    frame["level"] = ["common"] * 40 + ["other"] * 14 + ["rare"] * 4 + ["rarest"] * 2
    result = Run(spec("classification", "lightgbm"), frame).result
    assert [entry.failure for entry in result.leaderboard] == [None, None]
    assert result.classes == ("common", "other", "rare", "rarest")


def test_many_rows_are_compared_by_a_sample_first():
    frame = shop_rows(20_000)[["size", "visits", "amount", "level"]]
    request = spec("regression", "lightgbm", time_budget_seconds=600)
    result = Run(request, frame).result
    assert result.metrics["test_r2"] > 0.7
    (entry,) = (entry for entry in result.leaderboard if entry.is_chosen)
    assert entry.candidate == "lightgbm"
