"""Clusterings of whole tables."""

import json
import pickle
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_moons
from sklearn.metrics import adjusted_rand_score

from pipeline.clusters.algorithms import CLUSTERERS
from pipeline.clusters.train import FINISHED_EARLY
from pipeline.errors import (
    InsufficientDataError,
    InvalidDataError,
    InvalidParameterError,
    PipelineError,
    TargetNotFoundError,
)
from pipeline.progress import Progress
from pipeline.table.phases import PHASE_RANGES, TablePhase
from pipeline.table.predict import predict_rows
from pipeline.table.result import TableResult
from pipeline.table.spec import TableSpec
from pipeline.table.train import train_table
from tests.pipeline.clusters.rows import PENGUINS, cloud, cluster, mixed_blobs


@pytest.fixture(scope="module")
def blobs() -> tuple[pd.DataFrame, np.ndarray[Any, Any]]:
    return mixed_blobs(missing=0.1)


@pytest.fixture(scope="module")
def heard() -> list[Progress]:
    """What was told while `result` was made."""
    return []


@pytest.fixture(scope="module")
def result(blobs: tuple[pd.DataFrame, Any], heard: list[Progress]) -> TableResult:
    return cluster(blobs[0], on_progress=heard.append)


def test_groups_of_mixed_columns_with_missing_values_are_found(
    result: TableResult, blobs: tuple[pd.DataFrame, np.ndarray[Any, Any]]
) -> None:
    found = predict_rows(result, blobs[0])["prediction"]
    assert adjusted_rand_score(blobs[1], found) > 0.9
    assert result.metrics["clusters"] == 4
    assert result.explanation["are_clear"]
    assert not any("no clear clusters" in note for note in result.notes)


def test_stability_is_the_accuracy(result: TableResult) -> None:
    assert result.metrics["algorithm"] in CLUSTERERS
    for name in ("train_accuracy", "test_accuracy"):
        value = result.metrics[name]
        assert isinstance(value, float)
        assert 0.9 < value <= 1.0


def test_every_fact_can_be_written_as_json(result: TableResult) -> None:
    facts = [result.explanation, result.profile, dict(result.metrics), result.hyperparameters]
    facts.append([dict(entry.hyperparameters) for entry in result.leaderboard])
    json.dumps(facts, allow_nan=False)


def test_columns_without_meaning_are_dropped_with_a_reason(result: TableResult) -> None:
    assert "constant" in result.profile["dropped"]
    assert "constant" not in result.features


def test_a_cloud_of_rows_is_said_to_have_no_clear_clusters() -> None:
    told = cluster(cloud())
    assert not told.explanation["are_clear"]
    assert any("no clear clusters" in note for note in told.notes)


def test_clusters_of_any_shape_are_found() -> None:
    points, group = make_moons(600, noise=0.05, random_state=0)
    frame = pd.DataFrame(points, columns=["x", "y"])
    told = cluster(frame)
    assert adjusted_rand_score(group, predict_rows(told, frame)["prediction"]) > 0.9
    assert told.explanation["are_clear"]


def test_a_target_is_kept_out_and_compared_with_the_clusters() -> None:
    penguins = pd.read_parquet(PENGUINS)
    told = cluster(penguins, target_variable="species")
    assert "species" not in told.features
    assert told.target_variable == "species"
    agreement = told.metrics["target_adjusted_rand"]
    assert isinstance(agreement, float)
    assert agreement > 0.5


def test_a_parquet_file_is_clustered_like_its_frame() -> None:
    with PENGUINS.open("rb") as file:
        spec = TableSpec(ml_task="clustering", exclude_columns=("species",))
        told = train_table(file, spec)
    assert told.metrics["clusters"] == 2
    assert told.profile["dropped"]["species"] == "excluded by request"
    assert "flipper_length_mm" in told.explanation["clusters"][0]["words"]


@pytest.mark.parametrize("name", CLUSTERERS)
def test_each_algorithm_can_be_asked_for(name: str) -> None:
    frame, group = mixed_blobs(rows=300)
    told = cluster(frame, model_type=name)
    answered = predict_rows(told, frame)
    assert told.algorithm == name
    assert told.classes is not None
    assert adjusted_rand_score(group, answered["prediction"]) > 0.8
    shares = answered[[f"probability_{label}" for label in told.classes]]
    assert np.allclose(shares.sum(axis=1), 1.0, atol=1e-4)
    assert set(answered["prediction"]) <= set(told.classes)


def test_the_same_seed_gives_the_same_clusters(
    result: TableResult, blobs: tuple[pd.DataFrame, Any]
) -> None:
    again = cluster(blobs[0])
    first, second = dict(result.metrics), dict(again.metrics)
    del first["total_time_seconds"], second["total_time_seconds"]
    assert first == second
    pd.testing.assert_frame_equal(predict_rows(result, blobs[0]), predict_rows(again, blobs[0]))


def test_predictions_survive_storage_chunks_order_and_further_columns(
    result: TableResult, blobs: tuple[pd.DataFrame, Any]
) -> None:
    frame = blobs[0]
    expected = predict_rows(result, frame)
    stored = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(predict_rows(stored, frame), expected, check_exact=True)
    parts = [predict_rows(result, frame.iloc[at : at + 7]) for at in range(0, len(frame), 7)]
    pd.testing.assert_frame_equal(pd.concat(parts), expected, check_exact=True)
    turned = predict_rows(result, frame.iloc[::-1].assign(extra=1))
    pd.testing.assert_frame_equal(turned.iloc[::-1], expected, check_exact=True)


def test_rows_with_missing_and_unseen_values_have_a_cluster(result: TableResult) -> None:
    row = pd.DataFrame([dict.fromkeys(result.features)])
    row["town"] = "Atlantis"
    row["income"] = 1e30
    assert result.classes is not None
    assert predict_rows(result, row)["prediction"].isin(result.classes).all()
    assert predict_rows(result, row.iloc[:0]).empty


def test_another_candidate_can_answer(result: TableResult, blobs: tuple[pd.DataFrame, Any]) -> None:
    available = [entry for entry in result.leaderboard if entry.is_available]
    assert sum(entry.is_chosen for entry in available) == 1
    assert {entry.algorithm for entry in available} == set(CLUSTERERS)
    for entry in available:
        answered = predict_rows(result, blobs[0], entry.candidate)
        assert set(answered["prediction"]) <= set(result.model.classes_of(entry.candidate))
    with pytest.raises(InvalidParameterError, match="accepted: "):
        predict_rows(result, blobs[0], "magic")


def test_names_on_the_leaderboard_are_unique(result: TableResult) -> None:
    names = [entry.candidate for entry in result.leaderboard]
    assert len(set(names)) == len(names)


@pytest.mark.usefixtures("result")
def test_phases_come_in_order_and_within_their_ranges(heard: list[Progress]) -> None:
    percentages = [step.percentage for step in heard]
    assert percentages == sorted(percentages)
    for step in heard:
        low, high = PHASE_RANGES[TablePhase(step.phase)]
        assert low <= step.percentage <= high
    order = [TablePhase(phase) for phase in dict.fromkeys(step.phase for step in heard)]
    assert order == list(TablePhase)[1:-1]
    iterations = [step for step in heard if "iteration" in step.metrics]
    assert iterations
    assert all("train_accuracy" in step.metrics for step in iterations)


def test_finishing_early_keeps_the_best_so_far(blobs: tuple[pd.DataFrame, Any]) -> None:
    told = cluster(blobs[0], should_finish=lambda: True)
    assert FINISHED_EARLY in told.notes
    assert isinstance(told.metrics["test_accuracy"], float)
    assert len(predict_rows(told, blobs[0])) == len(blobs[0])


def test_an_order_to_stop_ends_the_run(blobs: tuple[pd.DataFrame, Any]) -> None:
    def stop(progress: Progress) -> None:
        if progress.phase == "training":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cluster(blobs[0], on_progress=stop)


def test_the_time_budget_is_kept() -> None:
    frame, _ = mixed_blobs(rows=30_000)
    before = time.process_time()
    cluster(frame, time_budget_seconds=8.0)
    assert time.process_time() - before < 8.0 * 2  # what others compute meanwhile is not counted


@pytest.mark.parametrize("metric", ["silhouette", "calinski_harabasz", "stability"])
def test_one_criterion_can_choose_alone(metric: str) -> None:
    told = cluster(mixed_blobs(rows=120)[0], metric=metric)
    assert told.selection_metric == metric


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"model_type": "xgboost"}, InvalidParameterError, "accepted: auto, kmeans"),
        ({"metric": "rmse"}, InvalidParameterError, "accepted: rank_and_stability"),
        ({"target_variable": "kind"}, TargetNotFoundError, "Available columns: "),
        ({"exclude_columns": ("kind",)}, InvalidParameterError, "'kind'"),
    ],
)
def test_wrong_requests_are_refused(
    asked: dict[str, Any], error: type[PipelineError], words: str
) -> None:
    with pytest.raises(error, match=words):
        cluster(mixed_blobs(rows=40)[0], **asked)


def test_too_few_rows_are_refused_with_the_number_needed() -> None:
    with pytest.raises(InsufficientDataError, match="at least 10"):
        cluster(mixed_blobs(rows=9)[0])


def test_constant_columns_are_refused() -> None:
    with pytest.raises(InvalidDataError, match="No column is left"):
        cluster(pd.DataFrame({"one": [1] * 30, "two": ["same"] * 30}))


HOSTILE: dict[str, pd.DataFrame] = {
    "ten rows": mixed_blobs(rows=10)[0],
    "two different rows": pd.DataFrame({"a": [1.5, 2.5] * 20}),
    "three different rows": pd.DataFrame({"a": ["x", "y", "z"] * 10, "b": [1, 2, 3] * 10}),
    "only missing": pd.DataFrame({"a": [None] * 20, "b": [np.nan] * 20}),
    "mostly missing": mixed_blobs(rows=60, missing=0.95)[0],
    "infinite": pd.DataFrame({"a": [np.inf, -np.inf, *range(28)], "b": [1e300, *range(29)]}),
    "wide": pd.DataFrame(np.random.default_rng(0).normal(size=(20, 300))),
    "flags": pd.DataFrame({"a": [True, False, None] * 20, "b": [True, True, False] * 20}),
    "texts": pd.DataFrame({"a": [f"text {place} of some words" for place in range(40)]}),
    "one outlier": pd.DataFrame({"a": [0.0] * 49 + [1.0], "b": [0.0] * 49 + [1.0]}),
    "durations": pd.DataFrame({"a": pd.to_timedelta(np.arange(40) ** 2, unit="h")}),
    "zones": pd.DataFrame({"a": pd.date_range("2025-03-29", periods=40, tz="Europe/Madrid")}),
    "names": pd.DataFrame({"größe 🎈": np.arange(40.0) ** 2, "": np.tile([1.0, 2.0], 20)}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_any_table_ends_in_a_model_or_a_typed_error(name: str) -> None:
    frame = HOSTILE[name]
    try:
        told = cluster(frame, time_budget_seconds=5.0)
    except PipelineError:
        return
    plain = frame.set_axis([str(column) for column in frame.columns], axis=1)
    assert len(predict_rows(told, plain)) == len(frame)
    json.dumps([told.explanation, dict(told.metrics)], allow_nan=False)
