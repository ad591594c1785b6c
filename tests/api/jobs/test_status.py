"""What is told of each product of a job, and when it will end."""

from datetime import datetime

import httpx
from sqlalchemy.orm import Session

from db import transitions
from db.jobs import workers
from db.jobs.waiting import ABOUT_TO_START, HANDED_OUT, NO_WORKER, SHARED_FIRST
from db.lifecycle.dispatch import take
from db.tables import DEFAULT_TENANT_ID, Product, Tenant, TrainingJob
from tests.api.jobs.asking import TRAINING, job_of, products_end, started, status_of
from tests.db.builders import claimed, tasks_of


def test_an_error_comes_with_its_severity_and_what_to_do(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    job_id = started(http)
    products_end(session, job_id, "failed", "completed")
    failed, trained, waiting = status_of(http, job_id)["products"]
    assert (failed["error_type"], failed["severity"]) == ("InvalidDataError", "high")
    assert (failed["recommended_action"], failed["attempt"]) == ("Mend it", 1)
    assert failed["completed_at"] >= failed["started_at"]
    assert trained["model_id"].startswith("model-")
    assert (waiting["queue_position"], waiting["max_attempts"]) == (1, 3)
    assert (trained["queue_position"], trained["waiting_reason"]) == (None, None)


def test_each_product_says_why_it_waits(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    job_id = started(http)

    def reasons() -> list[str | None]:
        session.commit()
        return [product["waiting_reason"] for product in status_of(http, job_id)["products"]]

    assert reasons() == [NO_WORKER] * 3
    workers.heartbeat(session, "w", slots=2)
    assert reasons() == [SHARED_FIRST] * 3
    (shared,) = take(session, max_concurrent_jobs=3)
    tasks = tasks_of(session, job_of(session, job_id))
    assert shared.task_id == tasks[0].id
    transitions.fail(
        session,
        claimed(session, tasks[0]).token,
        error_type="E",
        message="m",
        recommended_action="a",
        retry=False,
    )
    assert reasons() == [ABOUT_TO_START] * 3
    take(session, max_concurrent_jobs=3)
    assert reasons() == [
        HANDED_OUT,
        HANDED_OUT,
        "All training slots (2) are busy. The job continues when one is free.",
    ]
    transitions.fail(
        session,
        claimed(session, tasks[1]).token,
        error_type="E",
        message="m",
        recommended_action="a",
        retry=True,
        backoff_s=30,
    )
    again, handed_out, _ = reasons()
    assert (again or "").startswith("An attempt failed and is tried again in ")
    assert handed_out == HANDED_OUT


def test_a_quota_of_the_tenant_is_a_reason_to_wait(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    session.get_one(Tenant, DEFAULT_TENANT_ID).max_running_tasks = 1
    session.commit()
    jobs = {started(http, products=[sku]) for sku in ("rye", "baguette")}
    workers.heartbeat(session, "w", slots=4)
    (taken,) = take(session, max_concurrent_jobs=3)
    first = str(taken.job_id)
    (second,) = jobs - {first}
    session.commit()
    expected = (
        "1 trainings of this tenant are running, as many as it may have at once "
        "(MAX_RUNNING_TASKS_PER_TENANT is 1)."
    )
    assert status_of(http, first)["waiting_reason"] is None
    assert status_of(http, second)["waiting_reason"] == expected
    assert status_of(http, second)["products"][0]["waiting_reason"] == expected


def test_the_products_of_a_job_come_in_pages(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    job_id = started(http)
    products_end(session, job_id, "completed")
    address = f"{TRAINING}/status/{job_id}/products"
    first = http.get(address, params={"limit": 2}).json()
    rest = http.get(address, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    seen = [*first["items"], *rest["items"]]
    assert [product["sku"] for product in seen] == ["baguette", "croissant", "rye"]
    assert [product["queue_position"] for product in seen] == [None, 1, 2]
    assert rest["next_cursor"] is None
    pending = http.get(address, params={"status": "pending", "limit": 1}).json()
    assert [product["sku"] for product in pending["items"]] == ["croissant"]
    assert http.get(address, params={"cursor": "-1"}).status_code == 400
    assert http.get(address, params={"status": "odd"}).status_code == 400


def test_the_end_is_expected_as_other_trainings_took_their_time(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    job_id = started(http)
    workers.heartbeat(session, "w", slots=1)
    session.commit()
    assert status_of(http, job_id)["estimated_completion_p50"] is None
    for _ in range(2):
        products_end(session, started(http), *["completed"] * 3)
    status = status_of(http, job_id)
    p50, p90 = (
        datetime.fromisoformat(status[f"estimated_completion_{name}"]) for name in ("p50", "p90")
    )
    assert p50 <= p90
    assert status["estimated_completion"] == status["estimated_completion_p50"]


def test_a_stop_of_an_ended_job_leaves_it_as_it_is(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    job_id = started(http)
    first, again = (http.post(f"{TRAINING}/stop/{job_id}").json() for _ in range(2))
    assert (first["status"], first["had_ended"], first["tasks_cancelled"]) == (
        "cancelled",
        False,
        4,
    )
    assert (again["status"], again["had_ended"], again["tasks_cancelled"]) == (
        "cancelled",
        True,
        0,
    )
    assert session.get_one(TrainingJob, job_of(session, job_id).id).products_cancelled == 3
