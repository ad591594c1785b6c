"""Every endpoint over WSGI, on a real database."""

import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.engine import Sessions
from db.tables import Product, TrainingJob, TrainingTask
from tests.api.running_job import RunningJob

TRAINING = "/api/v1/training"
PROBLEM = "application/problem+json"


def start(http: httpx.Client, **body: object) -> httpx.Response:
    return http.post(f"{TRAINING}/start", json=body)


def test_start_trains_every_active_product(
    http: httpx.Client, bakery: list[Product], session: Session, sent: list[str]
) -> None:
    bakery[2].is_active = False
    session.commit()
    answer = start(http, job_name="Weekly", priority=3, horizon_days=30, timeout_seconds=600)
    assert answer.status_code == 202
    accepted = answer.json()
    assert accepted["products_total"] == 2
    assert accepted["links"]["status"] == f"{TRAINING}/status/{accepted['job_id']}"
    assert sent == ["model_studio.dispatch"]
    job = session.get_one(TrainingJob, UUID(accepted["job_id"]))
    assert (job.job_name, job.priority, job.timeout_seconds) == ("Weekly", 3, 600)
    assert job.request == {"horizon_days": 30}
    kinds = session.scalars(
        select(TrainingTask.kind).where(TrainingTask.job_id == job.id).order_by("position")
    )
    assert kinds.all() == ["shared", "product", "product"]


def test_products_are_named_by_id_or_sku(http: httpx.Client, bakery: list[Product]) -> None:
    named = start(http, products=[str(bakery[0].id), "rye", "rye"])
    assert named.json()["products_total"] == 2
    one = http.post(f"{TRAINING}/start/croissant")
    assert one.status_code == 202
    assert one.json()["products_total"] == 1
    unknown = start(http, products=["rye", "brioche"])
    assert unknown.status_code == 422
    assert unknown.json()["errors"] == [
        {"field": "products", "value": "brioche", "message": "No product has this id or SKU"}
    ]
    assert http.post(f"{TRAINING}/start/brioche").status_code == 404


def test_a_repeated_key_gives_the_same_job(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    key = {"Idempotency-Key": "monday"}
    first = http.post(f"{TRAINING}/start", json={}, headers=key)
    again = http.post(f"{TRAINING}/start", json={}, headers=key)
    assert first.json()["job_id"] == again.json()["job_id"]
    other = http.post(f"{TRAINING}/start", json={"priority": 1}, headers=key)
    assert other.status_code == 409
    assert session.scalar(select(func.count()).select_from(TrainingJob)) == 1
    too_long = http.post(f"{TRAINING}/start", json={}, headers={"Idempotency-Key": "x" * 300})
    assert too_long.status_code == 400


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        ("{", "application/json", 422),
        ("[]", "application/json", 422),
        ('{"colour": "red"}', "application/json", 422),
        ('{"priority": 10}', "application/json", 422),
        ('{"horizon_days": 0}', "application/json", 422),
        ('{"timeout_seconds": NaN}', "application/json", 422),
        ('{"products": []}', "application/json", 422),
        ("priority=1", "application/x-www-form-urlencoded", 415),
    ],
)
def test_bad_bodies_are_refused(
    http: httpx.Client, bakery: list[Product], content: str, content_type: str, status: int
) -> None:
    answer = http.post(f"{TRAINING}/start", content=content, headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.json()["status"] == status


def test_without_products_there_is_nothing_to_train(http: httpx.Client) -> None:
    assert start(http).json()["detail"] == "There are no active products; import sales first"


def test_stop_cancels_what_waits_and_tells_watchers(
    http: httpx.Client, bakery: list[Product]
) -> None:
    job_id = start(http).json()["job_id"]
    stopped = http.post(f"{TRAINING}/stop/{job_id}", json={"mode": "finish"})
    assert stopped.status_code == 202
    assert stopped.json()["status"] == "cancelled"
    status = http.get(f"{TRAINING}/status/{job_id}").json()
    assert [product["status"] for product in status["products"]] == ["cancelled"] * 3
    assert http.post(f"{TRAINING}/stop/{uuid4()}").status_code == 404
    assert http.post(f"{TRAINING}/stop/{job_id}", json={"mode": "now"}).status_code == 422


def test_status_tells_why_a_job_waits(http: httpx.Client, bakery: list[Product]) -> None:
    job_id = start(http).json()["job_id"]
    status = http.get(f"{TRAINING}/status/{job_id}").json()
    assert status["waiting_reason"].startswith("No training worker is running")
    assert status["queue_position"] == 1
    assert status["created_at"].endswith("Z")
    assert {product["sku"] for product in status["products"]} == {"baguette", "croissant", "rye"}
    assert http.get(f"{TRAINING}/status/{uuid4()}").status_code == 404
    assert http.get(f"{TRAINING}/status/yesterday").status_code == 404


def test_history_comes_in_pages(http: httpx.Client, bakery: list[Product]) -> None:
    started = [start(http, priority=n).json()["job_id"] for n in range(3)]
    first = http.get(f"{TRAINING}/history", params={"limit": 2}).json()
    rest = http.get(f"{TRAINING}/history", params={"cursor": first["next_cursor"]}).json()
    assert {job["job_id"] for job in first["items"] + rest["items"]} == set(started)
    assert rest["next_cursor"] is None
    for query in ({"limit": 0}, {"limit": "many"}, {"cursor": "nonsense"}, {"page": 2}):
        assert http.get(f"{TRAINING}/history", params=query).status_code == 400


def test_an_upload_becomes_a_job_and_a_model(
    http: httpx.Client,
    sessions: Sessions,
    session: Session,
    sent: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    answer = http.post(
        "/api/v1/models",
        files={"file": ("prices.parquet", b"PAR1 and so on PAR1")},
        data={"ml_task": "regression", "target_variable": "price", "test_size": "0.3"},
    )
    assert answer.status_code == 202, answer.text
    job_id = UUID(answer.json()["job_id"])
    assert sent == ["model_studio.dispatch"]
    job = session.get_one(TrainingJob, job_id)
    assert job.request["test_size"] == 0.3
    RunningJob.take(sessions, None, job_id).finish()
    models = http.get("/api/v1/models").json()["items"]
    assert models == http.get(f"{TRAINING}/models").json()["items"]
    assert models == http.get("/api/v1/models", params={"kind": "table"}).json()["items"]
    assert http.get("/api/v1/models", params={"kind": "product"}).json()["items"] == []
    assert http.get("/api/v1/models", params={"kind": "other"}).status_code == 400
    model = models[0]
    for reference in (model["id"], model["model_id"]):
        detail = http.get(f"/api/v1/models/{reference}").json()
        assert detail["algorithm"] == "xgboost"
    quality = http.get(f"{TRAINING}/models/{model['id']}/metrics").json()
    assert quality["accuracy_percentage"] == 88.0
    assert quality["extra"]["test_accuracy"] == 0.88
    assert http.get(f"{TRAINING}/models/{model['id']}/forecast").status_code == 404
    assert http.get(f"{TRAINING}/models/model-20260101-00000000").status_code == 404


@pytest.mark.parametrize(
    ("files", "data", "status", "told"),
    [
        ({}, {"ml_task": "regression", "target_variable": "y"}, 415, "multipart/form-data"),
        ({"other": b"PAR1"}, {"ml_task": "regression", "target_variable": "y"}, 422, "`file`"),
        ({"file": b"PAR1"}, {"target_variable": "y"}, 422, "ml_task"),
        ({"file": b"PAR1"}, {"ml_task": "regression"}, 422, "target_variable is required"),
        ({"file": b"no"}, {"ml_task": "regression", "target_variable": "y"}, 422, "PAR1"),
        (
            {"file": b"PAR1"},
            {"ml_task": "clustering", "exclude_columns": ["id", "name"]},
            422,
            "more than one exclude_columns",
        ),
        (
            {"file": b"PAR1"},
            {"ml_task": "clustering", "exclude_columns": "[" * 100_000},
            422,
            "begins like a JSON list but is none",
        ),
        ({"file": b"P" * 8_000_001}, {"ml_task": "regression"}, 413, "8,000,000 bytes"),
    ],
)
def test_bad_uploads_are_refused(
    http: httpx.Client, files: dict[str, bytes], data: dict[str, Any], status: int, told: str
) -> None:
    answer = http.post("/api/v1/models", files=files, data=data)
    assert answer.status_code == status
    assert told in answer.json()["detail"]


def test_every_refusal_has_the_same_body(http: httpx.Client) -> None:
    refused = [
        http.get("/nowhere"),
        http.put(f"{TRAINING}/start"),
        http.get(f"{TRAINING}/ws/{uuid4()}"),
        http.get(f"{TRAINING}/models/latest/unknown"),
        http.post(f"{TRAINING}/start", json={}, headers={"Origin": "http://evil.example"}),
    ]
    assert [answer.status_code for answer in refused] == [404, 405, 426, 404, 403]
    for answer in refused:
        assert answer.headers["Content-Type"] == PROBLEM
        body = answer.json()
        assert body.keys() >= {"type", "title", "status", "detail", "instance", "request_id"}
        assert body["request_id"] == answer.headers["X-Request-ID"]
    assert "GET" not in refused[1].headers["Allow"]


def test_a_request_id_is_taken_over_if_it_is_one(http: httpx.Client) -> None:
    assert (
        http.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["X-Request-ID"] == "abc-1"
    )
    hostile = http.get("/healthz", headers={"X-Request-ID": 'a" b'}).headers["X-Request-ID"]
    assert len(hostile) == 32


def test_the_page_is_served_under_a_strict_policy(http: httpx.Client) -> None:
    page = http.get("/")
    assert page.headers["Content-Type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert http.get("/static/js/main.js").headers["Content-Security-Policy"] == policy
    assert http.get("/static/../app.py").status_code == 404


def test_own_pages_may_act(http: httpx.Client, bakery: list[Product]) -> None:
    answer = http.post(f"{TRAINING}/start", json={}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 202


def test_liveness_readiness_and_telemetry(http: httpx.Client, sessions: Sessions) -> None:
    job = RunningJob.begin(sessions, None)
    job.finish()
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/readyz").json() == {"status": "ready", "database": "ok"}
    figures = http.get("/metrics").text
    tenant = 'tenant_id="00000000-0000-0000-0000-000000000001"'
    assert f'training_jobs_total{{status="completed",{tenant}}} 1.0' in figures or (
        f'training_jobs_total{{{tenant},status="completed"}} 1.0' in figures
    )
    for series in (
        "training_duration_seconds_bucket",
        "models_trained_total",
        "model_accuracy_percentage_bucket",
        "model_mae",
        "training_websocket_connections",
        "training_websocket_messages_total",
    ):
        assert series in figures


def test_the_progress_of_products_shows_in_the_catalogue(
    http: httpx.Client, bakery: list[Product]
) -> None:
    page = http.get(f"{TRAINING}/products", params={"limit": 2}).json()
    assert len(page["items"]) == 2
    assert page["next_cursor"] is not None
    assert page["items"][0]["model"] is None
    assert json.dumps(page).count("Bread") == 2
