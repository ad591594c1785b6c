"""The failed and cancelled part of a job again; and jobs that are forgotten."""

import io
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pandas as pd
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.services import EXTENSION
from core.artifacts import ArtifactStore
from db import transitions
from db.jobs import progress
from db.tables import Product, TrainedModel, TrainingJob, TrainingTask
from tests.api.jobs.asking import TRAINING, job_of, products_end, started, status_of


def retried(http: httpx.Client, job_id: str, **headers: str) -> httpx.Response:
    return http.post(f"{TRAINING}/retry/{job_id}", headers=headers)


def test_what_failed_or_was_cancelled_is_tried_again_with_the_same_options(
    http: httpx.Client, bakery: list[Product], session: Session, sent: list[str]
) -> None:
    options = {"algorithm": "drift", "force": True}
    job_id = started(http, job_name="Weekly", priority=4, timeout_seconds=900, **options)
    products_end(session, job_id, "completed", "failed")
    http.post(f"{TRAINING}/stop/{job_id}")
    sent.clear()
    answer = retried(http, job_id)
    assert answer.status_code == 202
    assert sent == ["model_studio.dispatch"]
    job, first = job_of(session, answer.json()["job_id"]), job_of(session, job_id)
    assert (job.trigger, job.retry_of, job.request) == ("retry", first.id, options)
    assert (job.job_name, job.priority, job.timeout_seconds) == ("Weekly", 4, 900)
    products = [product["sku"] for product in status_of(http, str(job.id))["products"]]
    assert products == ["croissant", "rye"]
    assert status_of(http, str(job.id))["retry_of"] == job_id


def test_a_job_that_has_not_ended_is_neither_retried_nor_deleted(
    http: httpx.Client, bakery: list[Product]
) -> None:
    job_id = started(http)
    for answer in (retried(http, job_id), http.delete(f"{TRAINING}/jobs/{job_id}")):
        assert answer.status_code == 409
        assert "stop it first" in answer.json()["detail"]


def test_where_nothing_failed_there_is_nothing_to_retry(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    job_id = started(http, products=["rye", "baguette"])
    products_end(session, job_id, "completed", "failed")
    http.post(f"{TRAINING}/stop/{job_id}")
    failed = next(p for p in bakery if p.name == "Baguette")
    failed.is_active = False
    session.commit()
    answer = retried(http, job_id)
    assert answer.status_code == 409
    assert "nothing to train again" in answer.json()["detail"]


def test_a_repeated_key_retries_once(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    job_id = started(http)
    http.post(f"{TRAINING}/stop/{job_id}")
    key = {"Idempotency-Key": "again"}
    first, second = (retried(http, job_id, **key).json() for _ in range(2))
    assert first == second
    assert session.scalar(select(func.count()).select_from(TrainingJob)) == 2
    assert http.post(f"{TRAINING}/start", json={}, headers=key).status_code == 409


def test_unknown_jobs_are_not_found(http: httpx.Client) -> None:
    assert retried(http, str(uuid4())).status_code == 404
    assert http.delete(f"{TRAINING}/jobs/{uuid4()}").status_code == 404


@pytest.fixture
def upload(http: httpx.Client) -> str:
    """A job of an uploaded table that was stopped."""
    buffer = io.BytesIO()
    pd.DataFrame({"a": range(20), "b": range(20)}).to_parquet(buffer)
    form = {"ml_task": "regression", "target_variable": "b", "task_name": "Prices"}
    answer = http.post(
        "/api/v1/models", data=form, files={"file": ("t.parquet", buffer.getvalue())}
    )
    job_id: str = answer.json()["job_id"]
    http.post(f"{TRAINING}/stop/{job_id}")
    return job_id


def test_an_upload_is_tried_again_with_the_stored_file(
    http: httpx.Client, upload: str, session: Session
) -> None:
    job, first = job_of(session, retried(http, upload).json()["job_id"]), job_of(session, upload)
    assert (job.kind, job.upload_digest) == ("upload", first.upload_digest)
    assert (job.request, job.timeout_seconds) == (first.request, first.timeout_seconds)
    assert (job.job_name, job.trigger) == ("Prices", "retry")


def test_without_its_file_an_upload_cannot_be_tried_again(
    http: httpx.Client, upload: str, session: Session, tmp_path: Path
) -> None:
    digest = job_of(session, upload).upload_digest
    assert digest is not None
    assert ArtifactStore(str(tmp_path / "models")).delete(digest)
    answer = retried(http, upload)
    assert answer.status_code == 410
    assert "Upload it again" in answer.json()["detail"]


def test_a_deleted_job_leaves_its_models(
    http: httpx.Client, bakery: list[Product], session: Session, app: Flask
) -> None:
    job_id = started(http, products=["rye", "baguette"])
    products_end(session, job_id, "completed", "failed")
    http.post(f"{TRAINING}/stop/{job_id}")
    job = job_of(session, job_id)
    stream = app.extensions[EXTENSION].stream
    stream.publish(progress.since(session, job.id, 0))
    assert stream.read(job.id, 0)

    answer = http.delete(f"{TRAINING}/jobs/{job_id}")

    assert answer.json() == {"job_id": job_id, "models_kept": 1}
    assert http.get(f"{TRAINING}/status/{job_id}").status_code == 404
    assert stream.read(job.id, 0) is None
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(TrainingTask)) == 0
    model = session.scalars(select(TrainedModel)).one()
    assert (model.training_job_id, model.task_id, model.is_deployed) == (None, None, True)
    assert http.get(f"/api/v1/models/{model.public_id}").status_code == 200


def test_the_key_of_a_deleted_job_is_free_again(http: httpx.Client, bakery: list[Product]) -> None:
    ask = {"json": {}, "headers": {"Idempotency-Key": "monday"}}
    job_id = http.post(f"{TRAINING}/start", **ask).json()["job_id"]
    http.post(f"{TRAINING}/stop/{job_id}")
    http.delete(f"{TRAINING}/jobs/{job_id}")
    assert http.post(f"{TRAINING}/start", **ask).json()["job_id"] != job_id


def test_a_job_stopped_long_ago_can_still_be_deleted(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    job_id = started(http)
    with session.begin_nested():
        transitions.request_stop(session, bakery[0].tenant_id, job_of(session, job_id).id, "abort")
        job_of(session, job_id).completed_at = datetime(2020, 1, 1, tzinfo=UTC)
    session.commit()
    assert http.delete(f"{TRAINING}/jobs/{job_id}").status_code == 200
