import json

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import InvalidDataError, InvalidParameterError, TargetNotFoundError
from pipeline.progress import Progress
from pipeline.table.algorithms import ALGORITHMS
from pipeline.table.phases import PHASE_RANGES, TablePhase
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
    given = {"exclude_columns": (other,), "seed": 7, **changes}
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
    return Run(spec(request.param, "auto"), shop_rows())


@pytest.fixture(scope="module", params=list(TARGETS))
def boosted(request: pytest.FixtureRequest) -> Run:
    return Run(spec(request.param, "xgboost"), shop_rows())


def test_phases_come_in_order_within_their_ranges_and_never_fall(automatic):
    assert list(dict.fromkeys(m.phase for m in automatic.messages)) == PHASES
    percentages = [m.percentage for m in automatic.messages]
    assert percentages == sorted(percentages)
    for message in automatic.messages:
        start, end = PHASE_RANGES[TablePhase(message.phase)]
        assert start <= message.percentage <= end
    assert percentages[-1] == 95.0


def test_every_algorithm_was_compared_and_the_best_one_chosen(automatic):
    board = automatic.result.leaderboard
    assert {entry.algorithm for entry in board} == set(ALGORITHMS)
    assert [entry.failure for entry in board] == [None] * len(ALGORITHMS)
    scores = [entry.score for entry in board]
    assert scores == sorted(scores, reverse=True)
    chosen = [entry.algorithm for entry in board if entry.is_chosen]
    assert chosen == [automatic.result.algorithm]


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


def test_xgboost_reports_each_iteration_with_measured_figures(boosted):
    rounds = [m for m in boosted.of(TablePhase.TRAINING) if "validation_accuracy" in m.metrics]
    rounds = [m for m in rounds if "iteration" in m.metrics]
    first = rounds[0].metrics
    assert set(first) == {
        "current_algorithm",
        "train_accuracy",
        "validation_accuracy",
        "iteration",
        "total_iterations",
    }
    assert first["current_algorithm"] == "xgboost"
    total = first["total_iterations"]
    assert rounds[44].message == f"Training XGBoost model (iteration 45/{total})"
    figures = rounds[44].metrics
    assert rounds[44].logs == (
        f"Iteration 45: train_acc={figures['train_accuracy']:.2f}, "
        f"val_acc={figures['validation_accuracy']:.2f}",
    )
    assert figures["train_accuracy"] > first["train_accuracy"]
    assert len({m.metrics["validation_accuracy"] for m in rounds}) > 5


def test_other_algorithms_report_each_trial():
    trials = [
        m.metrics
        for m in Run(spec("regression"), shop_rows()).of(TablePhase.TRAINING)
        if "trial" in m.metrics
    ]
    assert {m["trial"] for m in trials} == set(range(1, trials[0]["total_trials"] + 1))
    assert all(0 < m["validation_accuracy"] <= 1 for m in trials)


@pytest.mark.parametrize(
    ("ml_task", "model_type"), [("classification", "xgboost"), ("regression", "linear")]
)
def test_the_same_request_gives_the_same_result(ml_task, model_type):
    first, second = (Run(spec(ml_task, model_type), shop_rows()) for _ in range(2))
    assert without_times(first.result) == without_times(second.result)
    assert [(m.percentage, m.message) for m in first.messages] == [
        (m.percentage, m.message) for m in second.messages
    ]


def without_times(result: TableResult) -> list[object]:
    metrics = {**result.metrics, "total_time_seconds": 0}
    board = [(entry.algorithm, entry.score, entry.score_std) for entry in result.leaderboard]
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
        (TablePhase.ALGORITHM_SELECTION, "xgboost"),
        (TablePhase.TRAINING, "xgboost"),
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


def test_test_rows_take_no_part_in_the_model():
    """Spoiling the inputs of the test rows changes nothing but the test's figures."""
    frame = shop_rows()
    first = Run(spec("regression"), frame).result
    _, test = split_rows(read_target(frame, spec("regression")), spec("regression"))
    frame.loc[test, "size"] = 1e6
    second = Run(spec("regression"), frame).result
    assert second.metrics["train_r2"] == first.metrics["train_r2"]
    assert [entry.score for entry in second.leaderboard] == [
        entry.score for entry in first.leaderboard
    ]
    assert second.metrics["test_r2"] < first.metrics["test_r2"]


def test_excluded_columns_are_not_learned_from():
    result = Run(spec("regression", exclude_columns=("level", "size")), shop_rows()).result
    assert "size" not in result.features
    assert result.profile["dropped"]["size"] == "excluded by request"


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
    result = Run(spec("classification", "xgboost"), frame).result
    assert result.selection_metric == "accuracy"
    assert [entry.failure for entry in result.leaderboard] == [None, None]
    assert result.classes == ("common", "other", "rare", "rarest")


def test_more_rows_than_are_compared_set_the_rounds_by_a_validation_part():
    frame = shop_rows(6_500)[["size", "visits", "amount", "level"]]
    run = Run(spec("regression", "xgboost"), frame)
    last = [m for m in run.of(TablePhase.TRAINING) if m.percentage > 65]
    assert any(m.metrics.get("total_iterations") == 1000 for m in last)
    assert run.result.hyperparameters["n_estimators"] < 1000
    assert run.result.metrics["test_r2"] > 0.7
