"""The story of a job that predicts a file: real rows, a real model, a stored result."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from core.predictions import PREDICTING, STORING
from db.jobs.file_jobs import FileJobRequest, Predictor, start_file_job
from db.jobs.requests import JobLimits
from db.operation.audit import Actor
from db.tables import DEFAULT_TENANT_ID, BatchPrediction, TrainedModel
from db.transitions import Claim, request_stop
from pipeline.progress import Progress, ProgressCallback
from pipeline.table.predict import predict_rows
from tests.fixtures.waiting import eventually
from tests.worker.support import Shop
from tests.worker.test_tables import REQUEST, parquet, train
from worker.batch_predictions import predict_file
from worker.context import Context
from worker.housekeeping import collect_garbage, collect_orphans, sweep
from worker.predictions.loaded import LoadedTable, load_model
from worker.training import WORK, run_task

DAYS_LATER = "UPDATE training_job_queue SET completed_at = now() - interval '8 days'"


@pytest.fixture
def table_model(context: Context, shop: Shop) -> TrainedModel:
    train(context, shop, parquet(), **REQUEST)
    return shop.models()[0]


def rows(count: int) -> pd.DataFrame:
    random = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "district": random.choice(["north", "south", "moon"], count),
            "note": [f"flat {number}" for number in range(count)],
            "area": np.where(np.arange(count) % 7 == 3, np.nan, random.uniform(20, 200, count)),
        }
    )


def as_parquet(frame: pd.DataFrame, **options: Any) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, **options)
    return buffer.getvalue()


def ask(context: Context, shop: Shop, model: TrainedModel, content: bytes, **options: Any) -> UUID:
    wanted = FileJobRequest(
        predictor=Predictor(model.id, model.public_id),
        upload_digest=context.store.put(content).digest,
        options={"model_id": model.public_id, **options},
        timeout_s=600,
    )
    with shop.sessions.begin() as session:
        limits = JobLimits.from_settings(context.settings)
        job, _ = start_file_job(session, DEFAULT_TENANT_ID, wanted, limits)
        return job.id


def result_of(context: Context, shop: Shop, job_id: UUID) -> pd.DataFrame:
    with shop.sessions() as session:
        prediction = session.get_one(BatchPrediction, job_id)
    assert prediction.result_digest is not None
    content = context.store.read(prediction.result_digest)
    assert len(content) == prediction.result_bytes
    frame = pq.read_table(io.BytesIO(content)).to_pandas()
    assert len(frame) == prediction.rows_predicted
    return frame


def expected(context: Context, model: TrainedModel, frame: pd.DataFrame) -> list[float]:
    loaded = load_model(DEFAULT_TENANT_ID, model.id, Actor("anna"), context).fitted
    assert isinstance(loaded, LoadedTable)
    predictions: list[float] = predict_rows(loaded, frame)["prediction"].tolist()
    return predictions


def test_every_row_of_a_file_is_predicted_as_it_would_be_alone(
    context: Context, shop: Shop, table_model: TrainedModel
) -> None:
    frame = rows(500)
    content = as_parquet(frame, row_group_size=64)
    job_id = ask(context, shop, table_model, content)
    run_task(shop.next_task(), context)

    assert shop.show_job(job_id).status == "completed", shop.show_job(job_id).error_message
    result = result_of(context, shop, job_id)
    assert result["row"].tolist() == list(range(1, 501))
    assert result["prediction"].tolist() == expected(context, table_model, frame)
    assert list(result.columns[:2]) == ["row", "prediction"]
    assert "note" not in result


def test_a_csv_file_predicts_the_same_and_keeps_its_columns(
    context: Context, shop: Shop, table_model: TrainedModel
) -> None:
    frame = rows(60).assign(row="mine")
    job_id = ask(context, shop, table_model, frame.to_csv(index=False).encode(), keep_columns=True)
    run_task(shop.next_task(), context)

    result = result_of(context, shop, job_id)
    assert result["prediction"].tolist() == expected(context, table_model, frame)
    assert result["note"].tolist() == frame["note"].tolist()
    assert result["input_row"].tolist() == ["mine"] * 60
    assert result["row"].tolist() == list(range(1, 61))


def test_what_does_not_fit_is_named_with_the_row_of_the_file(
    context: Context, shop: Shop, table_model: TrainedModel
) -> None:
    frame = rows(200).astype({"area": "object"})
    frame.loc[150, "area"] = "large"
    job_id = ask(context, shop, table_model, frame.to_csv(index=False).encode())
    without = ask(context, shop, table_model, frame[["note"]].to_csv(index=False).encode())
    for _ in range(2):
        run_task(shop.next_task(), context)

    task = shop.show_task(shop.task_ids(job_id)[0])
    assert (task.status, task.error_type) == ("failed", "WrongColumnsError")
    assert "'area' holds 'large'" in (task.error_message or "")
    missing = shop.show_task(shop.task_ids(without)[0]).error_message or ""
    assert "'area' is missing" in missing
    assert "'district' is missing" in missing


def test_a_model_that_is_gone_says_so(
    context: Context, shop: Shop, table_model: TrainedModel
) -> None:
    job_id = ask(context, shop, table_model, as_parquet(rows(3)))
    with shop.sessions.begin() as session:
        session.delete(session.get_one(TrainedModel, table_model.id))
    run_task(shop.next_task(), context)

    task = shop.show_task(shop.task_ids(job_id)[0])
    assert task.error_type == "ModelMissingError"
    assert "was deleted" in (task.error_message or "")
    assert "Train the model again" in (task.recommended_action or "")


def test_it_tells_how_far_it_is_in_phases_of_its_own(
    context: Context, shop: Shop, table_model: TrainedModel
) -> None:
    told: list[Progress] = []

    def watched(claim: Claim, own: Context, on_progress: ProgressCallback) -> Any:
        def note(progress: Progress) -> None:
            told.append(progress)
            on_progress(progress)

        return predict_file(claim, own, note)

    job_id = ask(context, shop, table_model, as_parquet(rows(100), row_group_size=25))
    run_task(shop.next_task(), context, {**WORK, "prediction": watched})

    assert told[0].phase == "data_loading"
    assert {PREDICTING, STORING} < {one.phase for one in told}
    percentages = [one.percentage for one in told]
    assert percentages == sorted(percentages)
    assert told[-2].metrics == {"rows_predicted": 100, "rows_total": 100}
    assert shop.events(job_id)[-2:] == ["task_completed", "job_completed"]


def test_a_worker_that_dies_in_the_middle_leaves_the_file_to_the_next(
    context: Context, shop: Shop, table_model: TrainedModel
) -> None:
    class Killed(BaseException):
        pass

    def dies(claim: Claim, own: Context, on_progress: ProgressCallback) -> Any:
        predict_file(claim, own, on_progress)
        raise Killed

    job_id = ask(context, shop, table_model, as_parquet(rows(40)))
    task_id = shop.next_task()
    with pytest.raises(Killed):
        run_task(task_id, context, {**WORK, "prediction": dies})
    assert shop.show_task(task_id).status == "running"
    shop.lease_ran_out(task_id)
    shop.slots(1)
    sweep(context)
    run_task(task_id, context)

    assert shop.show_job(job_id).status == "completed"
    assert shop.show_task(task_id).attempt == 2
    assert len(result_of(context, shop, job_id)) == 40


def test_a_stop_ends_it_without_a_result(
    context: Context, shop: Shop, table_model: TrainedModel
) -> None:
    def stopped(claim: Claim, own: Context, on_progress: ProgressCallback) -> Any:
        def note(progress: Progress) -> None:
            if progress.phase == PREDICTING:
                with shop.sessions.begin() as session:
                    request_stop(session, DEFAULT_TENANT_ID, claim.token.job_id, "abort")
                eventually(lambda: on_progress(progress))

        return predict_file(claim, own, note)

    job_id = ask(context, shop, table_model, as_parquet(rows(40)))
    run_task(shop.next_task(), context, {**WORK, "prediction": stopped})

    with shop.sessions() as session:
        assert session.get_one(BatchPrediction, job_id).result_digest is None
    assert shop.show_job(job_id).status == "cancelled"


def test_garbage_leaves_a_result_for_its_days_and_takes_it_then(
    context: Context, shop: Shop, table_model: TrainedModel
) -> None:
    job_id = ask(context, shop, table_model, as_parquet(rows(5)))
    run_task(shop.next_task(), context)
    with shop.sessions() as session:
        digest = session.get_one(BatchPrediction, job_id).result_digest
    assert digest is not None
    collect_garbage(context)
    collect_orphans(context, older_than=timedelta(seconds=-1))
    assert context.store.exists(digest)
    file = shop.show_job(job_id).upload_digest
    assert file is not None
    assert context.store.exists(file)

    with shop.sessions.begin() as session:
        session.execute(text(DAYS_LATER))
    collect_garbage(context)
    collect_orphans(context, older_than=timedelta(seconds=-1))
    assert not context.store.exists(digest)
    assert not context.store.exists(file)
    with shop.sessions() as session:
        assert session.get_one(BatchPrediction, job_id).result_digest is None
