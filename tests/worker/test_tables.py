"""Real trainings of uploaded tables: from bytes in the store to a stored model."""

import io
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pytest

from core.bundles import load_bundle
from core.settings import Settings
from db.outcomes import Outcome
from db.tables import DEFAULT_TENANT_ID
from db.transitions import Claim, request_stop
from pipeline.errors import InvalidParameterError
from pipeline.progress import ProgressCallback
from pipeline.table.train import FINISHED_EARLY
from tests.fixtures.waiting import eventually
from tests.worker.support import SIGNING_KEY, Shop
from worker import bundle
from worker.context import Context
from worker.tables import BYTES_PER_MB, table_limits, table_spec, train_uploaded_table
from worker.training import run_task

REQUEST: dict[str, Any] = {
    "ml_task": "regression",
    "target_variable": "price",
    "model_type": "linear",
    "task_name": "Prices of flats",
}


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
    predicted = bundle.loads(files["model.pkl"]).predict(prepared)
    assert predicted == pytest.approx([150, 300], abs=15)


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


def test_what_a_request_leaves_out_has_the_pipelines_default() -> None:
    spec = table_spec({"ml_task": "regression", "target_variable": "price"}, threads=2)

    assert (spec.model_type, spec.test_size, spec.threads) == ("auto", 0.2, 2)


def test_a_request_without_a_task_is_refused_in_words() -> None:
    with pytest.raises(InvalidParameterError, match="ml_task"):
        table_spec({}, threads=1)


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
    assert len([entry for entry in model.details["leaderboard"] if entry["failure"] is None]) == 1
