"""Real trainings of uploaded tables: from bytes in the store to a stored model."""

import io
import json
from typing import Any, Literal
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import func, select

from core.bundles import load_bundle
from core.settings import Settings
from db.lifecycle.outcomes import Outcome
from db.tables import DEFAULT_TENANT_ID, TableTrial
from db.transitions import Claim, request_stop
from pipeline.errors import InvalidParameterError
from pipeline.progress import Progress, ProgressCallback
from pipeline.table.train import FINISHED_EARLY
from tests.fixtures.waiting import eventually
from tests.worker.support import SIGNING_KEY, Shop
from worker import bundle
from worker.context import Context
from worker.device import device_for
from worker.table_request import BYTES_PER_MB, table_limits, table_spec
from worker.tables import train_uploaded_table
from worker.training import run_task

REQUEST: dict[str, Any] = {
    "ml_task": "regression",
    "target_variable": "price",
    "model_type": "linear",
    "task_name": "Prices of flats",
}


QUICK = {"time_budget_seconds": 3}


def parquet(rows: int = 200) -> bytes:
    generator = np.random.default_rng(7)
    area = generator.uniform(20, 200, rows)
    frame = pd.DataFrame(
        {
            "area": area,
            "district": generator.choice(["north", "south"], rows),
            "price": 3 * area + generator.normal(0, 5, rows),
        }
    )
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def train(context: Context, shop: Shop, content: bytes, **request: Any) -> UUID:
    job_id = shop.upload(context.store.put(content).digest, **request)
    run_task(shop.next_task(), context)
    return job_id


def test_an_upload_becomes_a_model_with_everything_to_predict_again(
    context: Context, shop: Shop
) -> None:
    job_id = train(context, shop, parquet(), **REQUEST)

    assert shop.show_job(job_id).status == "completed", shop.show_job(job_id).error_message
    (model,) = shop.models()
    assert (model.ml_task, model.algorithm, model.name) == (
        "regression",
        "linear",
        "Prices of flats",
    )
    assert model.details["target_variable"] == "price"
    files = load_bundle(context.store, model.manifest_digest, SIGNING_KEY)
    rows = pd.DataFrame({"area": [50.0, 100.0], "district": ["north", "south"]})
    prepared = bundle.loads(files["preprocessing.pkl"]).transform(rows)
    answer = bundle.loads(files["model.pkl"]).answer(prepared, None, rows.index, None)
    assert list(answer["prediction"]) == pytest.approx([150, 300], abs=15)
    assert isinstance(json.loads(files["explanation.json"]), dict)
    assert "Prices of flats" in files["model_card.md"].decode()
    assert files["model_card.html"].decode().lstrip().lower().startswith("<!doctype html>")
    background = pd.read_parquet(io.BytesIO(files["background.parquet"]))
    assert 1 <= len(background) <= 100
    assert {"area", "district"} <= set(background)


def test_the_last_message_tells_what_the_document_promises(context: Context, shop: Shop) -> None:
    job_id = train(context, shop, parquet(), **REQUEST)

    messages = context.stream.read(job_id, after=0)
    assert messages is not None
    result = messages[-1].body["result"]
    assert result["algorithm"] == "linear"
    assert 0.9 < result["metrics"]["test_accuracy"] <= 1
    assert result["model_id"].startswith("model-")


def test_a_target_that_is_not_there_fails_with_the_columns(context: Context, shop: Shop) -> None:
    job_id = train(context, shop, parquet(), **{**REQUEST, "target_variable": "rent"})

    (task_id,) = shop.task_ids(job_id)
    task = shop.show_task(task_id)
    assert task.error_type == "TargetNotFoundError"
    assert task.error_message == (
        "Target variable 'rent' not found in data. Available columns: ['area', 'district', 'price']"
    )


def test_a_file_that_is_no_parquet_fails(context: Context, shop: Shop) -> None:
    job_id = train(context, shop, b"date,price\n1,2\n", **REQUEST)

    assert shop.show_job(job_id).status == "failed"
    assert shop.models() == []


def test_an_upload_that_is_gone_is_looked_for_again_before_it_fails(
    context: Context, shop: Shop
) -> None:
    job_id = shop.upload("0" * 64, **REQUEST)
    for _ in range(3):
        task_id = shop.next_task()
        run_task(task_id, context)
        shop.no_more_waiting(task_id)

    assert shop.show_task(task_id).error_type == "ArtifactNotFoundError"
    assert shop.show_job(job_id).status == "failed"


def test_what_a_request_leaves_out_has_the_settings_or_the_pipelines_default() -> None:
    settings = Settings(task_threads=2, table_max_memory_mb=3, table_time_budget_seconds=45)
    request = {"ml_task": "regression", "target_variable": "price"}
    spec = table_spec(request, settings, seconds_left=600)

    assert (spec.model_type, spec.test_size, spec.seed) == ("auto", 0.2, 0)
    assert (spec.threads, spec.device, spec.time_budget_seconds) == (2, "cpu", 45)
    assert spec.max_memory_bytes == 3 * BYTES_PER_MB


def test_every_option_of_a_request_reaches_the_pipeline() -> None:
    asked: dict[str, Any] = {
        "ml_task": "time_series",
        "target_variable": "price",
        "model_type": "linear",
        "task_name": "Prices of flats",
        "test_size": 0.3,
        "exclude_columns": ["id"],
        "time_column": "sold_at",
        "group_column": "town",
        "horizon": 14,
        "metric": "mae",
        "time_budget_seconds": 20.0,
        "max_predict_ms": 5.0,
        "seed": 3,
    }
    spec = table_spec(asked, Settings(), seconds_left=600)

    told = {name: getattr(spec, name) for name in asked}
    assert told == asked | {"exclude_columns": ("id",)}


def test_a_training_ends_before_its_job_has_to() -> None:
    request = {"ml_task": "clustering", "time_budget_seconds": 3600}

    assert table_spec(request, Settings(), seconds_left=100).time_budget_seconds == 90
    assert table_spec(request, Settings(), seconds_left=0.1).time_budget_seconds == 1


@pytest.mark.parametrize(
    ("wanted", "has_gpu", "device"),
    [
        ("cpu", True, "cpu"),
        ("cuda", True, "cuda"),
        ("cuda", False, "cpu"),
        ("auto", True, "cuda"),
        ("auto", False, "cpu"),
    ],
)
def test_the_gpu_is_used_where_it_is_wanted_and_there(
    wanted: Literal["cpu", "cuda", "auto"], has_gpu: bool, device: str
) -> None:
    assert device_for(wanted, has_gpu=lambda: has_gpu) == device


def test_a_request_without_a_task_is_refused_in_words() -> None:
    with pytest.raises(InvalidParameterError, match="ml_task"):
        table_spec({}, Settings(), seconds_left=60)


def test_limits_come_from_the_settings() -> None:
    limits = table_limits(Settings(table_max_rows=10, table_max_columns=5, table_max_memory_mb=3))

    assert (limits.max_rows, limits.max_columns) == (10, 5)
    assert limits.max_bytes_in_memory == 3 * BYTES_PER_MB


def test_a_table_told_to_finish_keeps_the_best_model_so_far(context: Context, shop: Shop) -> None:
    def stopped_then_trained(claim: Claim, own: Context, on_progress: ProgressCallback) -> Outcome:
        with shop.sessions.begin() as session:
            request_stop(session, DEFAULT_TENANT_ID, claim.token.job_id, "finish")
        eventually(own.should_finish)
        return train_uploaded_table(claim, own, on_progress)

    digest = context.store.put(parquet()).digest
    job_id = shop.upload(digest, **(REQUEST | {"model_type": "auto"}))
    run_task(shop.next_task(), context, {"table": stopped_then_trained})

    job = shop.show_job(job_id)
    assert (job.status, job.stop_mode, job.products_completed) == ("completed", "finish", 1)
    (model,) = shop.models()
    assert FINISHED_EARLY in model.details["notes"]
    board = model.details["leaderboard"]
    tried = {entry["algorithm"] for entry in board if entry["failure"] is None}
    assert tried <= {"baseline", "linear"}


def test_what_an_interrupted_attempt_finished_is_kept_for_the_next(
    context: Context, shop: Shop
) -> None:
    def interrupted(claim: Claim, own: Context, on_progress: ProgressCallback) -> Outcome:
        def report(progress: Progress) -> None:
            on_progress(progress)
            if trials(shop):
                raise ConnectionError("the database is away")

        return train_uploaded_table(claim, own, report)

    digest = context.store.put(parquet()).digest
    job_id = shop.upload(digest, **(REQUEST | QUICK | {"model_type": "auto"}))
    task_id = shop.next_task()
    run_task(task_id, context, {"table": interrupted})
    assert shop.show_task(task_id).status == "pending"
    assert trials(shop) > 0

    shop.no_more_waiting(task_id)
    run_task(shop.next_task(), context)

    assert shop.show_job(job_id).status == "completed"
    assert trials(shop) == 0


def trials(shop: Shop) -> int:
    with shop.sessions() as session:
        return session.scalars(select(func.count()).select_from(TableTrial)).one()
