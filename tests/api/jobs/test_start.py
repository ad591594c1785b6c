"""What a job may be told when it is started."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.operation_tables import AuditEntry
from db.tables import DEFAULT_TENANT_ID, Product, Tenant, TrainingTask
from tests.api.jobs.asking import TRAINING, job_of, started

PROPHET = {
    "prophet_daily_seasonality": False,
    "prophet_weekly_seasonality": False,
    "prophet_yearly_seasonality": False,
    "prophet_interval_width": 0.8,
    "prophet_changepoint_prior_scale": 0.5,
    "prophet_verbose": True,
    "min_training_days": 60,
    "budget": "fast",
    "engine": "stan",
    "point": "mean",
    "zeros_are_real": True,
    "outliers_are_real": True,
}


def test_every_option_can_be_overridden(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    job = job_of(session, started(http, **PROPHET, algorithm="prophet", force=True))
    assert job.request == {**PROPHET, "algorithm": "prophet", "force": True}


@pytest.mark.parametrize(
    "option",
    [
        {"prophet_interval_width": 0.4},
        {"prophet_interval_width": 1},
        {"prophet_changepoint_prior_scale": 0},
        {"min_training_days": 1},
        {"algorithm": "crystal_ball"},
        {"budget": "lavish"},
        {"engine": "steam"},
        {"prophet_colour": "red"},
    ],
)
def test_options_outside_their_bounds_are_refused_by_name(
    http: httpx.Client, bakery: list[Product], option: dict[str, Any]
) -> None:
    answer = http.post(f"{TRAINING}/start", json=option)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == list(option)


def test_a_category_stands_for_its_active_products(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    bakery[0].category = "Pastry"
    bakery[2].is_active = False
    session.commit()

    job = job_of(session, started(http, categories=["Bread"]))

    tasks = select(TrainingTask.product_id).where(
        TrainingTask.job_id == job.id, TrainingTask.kind == "product"
    )
    assert session.scalars(tasks).all() == [bakery[1].id]
    assert job.request == {}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"categories": ["Bread", "Meat"]}, "these categories: 'Meat'"),
        ({"categories": ["Cake"]}, "No product of these categories is active"),
        ({"categories": []}, "categories"),
        ({"categories": ["Bread"], "products": ["rye"]}, "not both"),
    ],
)
def test_a_category_without_products_to_train_is_refused(
    http: httpx.Client, bakery: list[Product], session: Session, body: dict[str, Any], told: str
) -> None:
    bakery[0].category, bakery[0].is_active = "Cake", False
    session.commit()

    answer = http.post(f"{TRAINING}/start", json=body)

    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_inactive_products_are_refused_by_name(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    bakery[2].is_active = False
    session.commit()
    named = http.post(f"{TRAINING}/start", json={"products": ["rye", "baguette"]})
    alone = http.post(f"{TRAINING}/start/rye")
    assert (named.status_code, alone.status_code) == (422, 422)
    assert "'Rye'" in named.json()["detail"]
    assert "Baguette" not in named.json()["detail"]


def test_important_products_come_first(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    bakery[2].priority = 5
    session.commit()
    job = job_of(session, started(http, products=["croissant", "baguette", "rye"]))
    names = select(TrainingTask.product_name).where(
        TrainingTask.job_id == job.id, TrainingTask.kind == "product"
    )
    order = session.scalars(names.order_by(TrainingTask.position)).all()
    assert order == ["Rye", "Croissant", "Baguette"]


def test_beyond_its_quota_a_tenant_gets_no_further_job(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    session.get_one(Tenant, DEFAULT_TENANT_ID).max_active_jobs = 1
    session.commit()
    job_id = started(http)
    refused = http.post(f"{TRAINING}/start", json={})
    assert refused.status_code == 429
    assert (refused.json()["quota"], refused.json()["limit"]) == ("max_active_jobs", 1)
    assert int(refused.headers["Retry-After"]) > 0
    http.post(f"{TRAINING}/stop/{job_id}")
    assert started(http) != job_id


def test_a_repeated_key_is_no_further_job_for_the_quota(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    session.get_one(Tenant, DEFAULT_TENANT_ID).max_active_jobs = 1
    session.commit()
    ask = {"json": {}, "headers": {"Idempotency-Key": "monday"}}
    first, again = (http.post(f"{TRAINING}/start", **ask) for _ in range(2))
    assert first.json() == again.json()


def test_more_products_than_a_tenant_may_have_are_refused(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    session.get_one(Tenant, DEFAULT_TENANT_ID).max_products = 2
    session.commit()
    refused = http.post(f"{TRAINING}/start", json={})
    assert (refused.status_code, refused.json()["quota"]) == (429, "max_products")


def test_who_did_what_to_a_job_is_written_down(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    job_id = started(http, job_name="Weekly")
    http.post(f"{TRAINING}/stop/{job_id}", headers={"X-Request-ID": "stop-1"})
    http.post(f"{TRAINING}/stop/{job_id}")
    retried = http.post(f"{TRAINING}/retry/{job_id}").json()["job_id"]
    http.delete(f"{TRAINING}/jobs/{job_id}")
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.subject_id) for entry in entries] == [
        ("start", job_id),
        ("stop", job_id),
        ("retry", retried),
        ("delete", job_id),
    ]
    assert {entry.subject_type for entry in entries} == {"job"}
    assert {entry.actor for entry in entries} == {"everybody"}
    assert entries[0].details["job_name"] == "Weekly"
    assert entries[1].request_id == "stop-1"
    assert entries[2].details["retry_of"] == job_id
