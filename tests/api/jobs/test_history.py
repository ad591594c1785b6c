"""The history of jobs: filters, orders, and pages that fit together in each of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session

from db.tables import Product
from tests.api.jobs.asking import TRAINING, job_of, products_end, started

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def jobs(http: httpx.Client, bakery: list[Product], session: Session) -> dict[str, str]:
    """The names of jobs by id: two that ended after different times, one that waits."""
    made = {
        "slow": started(http, job_name="Slow 100%", products=["rye"], priority=1),
        "quick": started(http, job_name="Quick", products=["baguette"], priority=9),
        "waiting": started(http, job_name="Waiting", products=["rye"], priority=1),
    }
    products_end(session, made["slow"], "completed")
    products_end(session, made["quick"], "failed")
    for number, (name, seconds) in enumerate((("slow", 60), ("quick", 5), ("waiting", 0))):
        job = job_of(session, made[name])
        job.created_at = NOON + timedelta(minutes=number)
        if seconds:
            job.started_at = NOON + timedelta(hours=1, minutes=number)
            job.completed_at = job.started_at + timedelta(seconds=seconds)
    session.commit()
    return {job_id: name for name, job_id in made.items()}


def listed(http: httpx.Client, jobs: dict[str, str], **query: Any) -> list[str]:
    """The jobs in order, read one page of one job after the other."""
    names: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = http.get(f"{TRAINING}/history", params={"limit": 1, **query, **cursor})
        assert answer.status_code == 200, answer.text
        names += [jobs[item["job_id"]] for item in answer.json()["items"]]
        if (following := answer.json()["next_cursor"]) is None:
            return names
        cursor = {"cursor": following}


@pytest.mark.parametrize(
    ("sort", "ascending"),
    [
        ("created_at", ["slow", "quick", "waiting"]),
        ("completed_at", ["slow", "quick"]),
        ("priority", ["slow", "waiting", "quick"]),
        ("duration", ["quick", "slow"]),
    ],
)
def test_each_order_in_both_directions(
    http: httpx.Client, jobs: dict[str, str], sort: str, ascending: list[str]
) -> None:
    assert listed(http, jobs, sort=sort, direction="asc") == ascending
    assert listed(http, jobs, sort=sort, direction="desc") == ascending[::-1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "failed"}, ["quick"]),
        ({"kind": "upload"}, []),
        ({"trigger": "request"}, ["waiting", "quick", "slow"]),
        ({"trigger": "schedule"}, []),
        ({"job_name": "QUI"}, ["quick"]),
        ({"job_name": "100%"}, ["slow"]),
        ({"job_name": "0_"}, []),
        ({"product": "rye"}, ["waiting", "slow"]),
        ({"created_from": "2026-03-01T12:01:00Z"}, ["waiting", "quick"]),
        ({"created_to": "2026-03-01T12:01:00Z"}, ["slow"]),
        ({"product": "rye", "status": "completed"}, ["slow"]),
    ],
)
def test_filters(
    http: httpx.Client, jobs: dict[str, str], query: dict[str, str], expected: list[str]
) -> None:
    assert listed(http, jobs, **query) == expected


def test_a_cursor_belongs_to_its_order(http: httpx.Client, jobs: dict[str, str]) -> None:
    first = http.get(f"{TRAINING}/history", params={"limit": 1, "sort": "priority"}).json()
    for other in ({"sort": "created_at"}, {"sort": "priority", "direction": "asc"}):
        query = {"cursor": first["next_cursor"], **other}
        assert http.get(f"{TRAINING}/history", params=query).status_code == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"product": "brioche"}, 404),
        ({"sort": "colour"}, 400),
        ({"created_from": "yesterday"}, 400),
        ({"created_from": "2026-03-01T12:01:00"}, 400),
        ({"status": "odd"}, 400),
    ],
)
def test_what_cannot_be_understood_is_refused(
    http: httpx.Client, jobs: dict[str, str], query: dict[str, str], status: int
) -> None:
    assert http.get(f"{TRAINING}/history", params=query).status_code == status


def test_a_job_created_meanwhile_shifts_nothing(http: httpx.Client, jobs: dict[str, str]) -> None:
    first = http.get(f"{TRAINING}/history", params={"limit": 2}).json()
    started(http)
    query = {"limit": 2, "cursor": first["next_cursor"]}
    rest = http.get(f"{TRAINING}/history", params=query).json()
    assert [jobs[item["job_id"]] for item in rest["items"]] == ["slow"]
