"""Schedules over HTTP: create once, read, change, pause, run now, delete."""

from datetime import datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import celeryconfig
from db.operation_tables import AuditEntry, Schedule
from db.tables import DEFAULT_TENANT_ID, Product, Tenant, TrainingJob
from tests.db.builders import new_tenant

SCHEDULES = "/api/v1/training/schedules"
WEEKLY = {"name": "Weekly", "cron": "0 3 * * 1", "time_zone": "Europe/Madrid"}


def create(http: httpx.Client, **changes: Any) -> dict[str, Any]:
    answer = http.post(SCHEDULES, json=WEEKLY | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_schedule_tells_its_next_three_runs_on_its_own_clock(http: httpx.Client) -> None:
    schedule = create(http)

    runs = [datetime.fromisoformat(text) for text in schedule["next_runs"]]
    assert [(run.isoweekday(), run.hour, run.minute) for run in runs] == [(1, 3, 0)] * 3
    assert runs == sorted(runs)
    assert datetime.fromisoformat(schedule["next_run_at"]) == runs[0]
    assert schedule["last_job"] is None
    assert http.get(f"{SCHEDULES}/{schedule['id']}").json() == schedule
    assert http.get(SCHEDULES).json() == {"items": [schedule], "next_cursor": None}


def test_the_request_is_checked_like_that_of_a_start(
    http: httpx.Client, bakery: list[Product]
) -> None:
    wanted = {"products": ["rye"], "algorithm": "prophet", "priority": 2}
    assert create(http, request=wanted)["request"] == wanted

    refused = http.post(SCHEDULES, json=WEEKLY | {"request": {"algorithm": "guess"}})
    assert refused.status_code == 422
    assert "request.algorithm" in refused.json()["detail"]
    unknown = http.post(SCHEDULES, json=WEEKLY | {"request": {"products": ["bagel"]}})
    assert unknown.status_code in {404, 422}
    assert "'bagel'" in unknown.json()["detail"]


def test_a_category_is_trained_as_it_is_when_the_time_comes(
    http: httpx.Client, bakery: list[Product], session: Session
) -> None:
    unknown = http.post(SCHEDULES, json=WEEKLY | {"request": {"categories": ["Meat"]}})
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["field"] == "categories"

    schedule = create(http, request={"categories": ["Bread"]})
    later = {"tenant_id": DEFAULT_TENANT_ID, "name": "Bagel", "category": "Bread"}
    session.add(Product(sku="bagel", **later))
    session.commit()

    job = http.post(f"{SCHEDULES}/{schedule['id']}/run").json()
    assert job["products_total"] == len(bakery) + 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"cron": "every monday"}, "five fields"),
        ({"cron": "0 3 30 2 *"}, "bad day-of-month"),
        ({"time_zone": "Madrid"}, "IANA"),
        ({"name": " "}, "name"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_mistake_is_named(http: httpx.Client, changes: dict[str, str], told: str) -> None:
    refused = http.post(SCHEDULES, json=WEEKLY | changes)
    assert refused.status_code == 422
    assert told in refused.json()["detail"]


def test_a_repeated_key_makes_one_schedule(http: httpx.Client) -> None:
    first, again = (
        http.post(SCHEDULES, json=WEEKLY, headers={"Idempotency-Key": "a"}) for _ in range(2)
    )
    assert first.json() == again.json()
    other = http.post(SCHEDULES, json=WEEKLY | {"name": "B"}, headers={"Idempotency-Key": "a"})
    assert other.status_code == 409


def test_a_name_is_taken_once(http: httpx.Client) -> None:
    create(http)
    other = create(http, name="Another")

    assert http.post(SCHEDULES, json=WEEKLY).status_code == 409
    renamed = http.patch(f"{SCHEDULES}/{other['id']}", json={"name": "Weekly"})
    assert renamed.status_code == 409
    assert "'Weekly'" in renamed.json()["detail"]


def test_a_schedule_takes_the_time_zone_of_its_tenant(http: httpx.Client, session: Session) -> None:
    session.get_one(Tenant, DEFAULT_TENANT_ID).time_zone = "Atlantic/Canary"
    session.commit()

    answer = http.post(SCHEDULES, json={"name": "Weekly", "cron": "0 3 * * 1"})
    assert answer.json()["time_zone"] == "Atlantic/Canary"


def test_pause_and_resume(http: httpx.Client) -> None:
    schedule = create(http)
    address = f"{SCHEDULES}/{schedule['id']}"

    paused = http.patch(address, json={"is_active": False}).json()
    assert (paused["is_active"], paused["next_run_at"], paused["next_runs"]) == (False, None, [])
    resumed = http.patch(address, json={"is_active": True}).json()
    assert resumed["next_runs"] == schedule["next_runs"]


def test_another_time_is_planned_anew_and_the_rest_stays(http: httpx.Client) -> None:
    schedule = create(http, request={"priority": 4})
    changed = http.patch(f"{SCHEDULES}/{schedule['id']}", json={"cron": "30 4 * * *"}).json()

    assert datetime.fromisoformat(changed["next_runs"][0]).minute == 30
    kept = ("id", "name", "time_zone", "request", "is_active", "created_at")
    assert [changed[name] for name in kept] == [schedule[name] for name in kept]


def test_run_now_starts_a_job_and_leaves_the_plan(
    http: httpx.Client, session: Session, bakery: list[Product], sent: list[str]
) -> None:
    schedule = create(http, request={"products": ["rye"]})
    address = f"{SCHEDULES}/{schedule['id']}"

    answer = http.post(f"{address}/run", headers={"Idempotency-Key": "now"})
    again = http.post(f"{address}/run", headers={"Idempotency-Key": "now"})
    assert answer.status_code == 202
    assert answer.json() == again.json()
    assert celeryconfig.DISPATCH in sent
    job = session.scalars(select(TrainingJob)).one()
    assert (str(job.id), job.trigger, job.products_total) == (
        answer.json()["job_id"],
        "schedule",
        1,
    )
    after = http.get(address).json()
    assert after["last_job"]["job_id"] == str(job.id)
    assert after["last_job"]["status"] == "pending"
    assert after["next_run_at"] == schedule["next_run_at"]


def test_run_now_without_products_says_why_not(http: httpx.Client) -> None:
    schedule = create(http)
    refused = http.post(f"{SCHEDULES}/{schedule['id']}/run")
    assert refused.status_code == 422
    assert "no active products" in refused.json()["detail"]


def test_a_deleted_schedule_is_gone_and_everything_is_in_the_audit_trail(
    http: httpx.Client, session: Session
) -> None:
    schedule = create(http)
    address = f"{SCHEDULES}/{schedule['id']}"
    http.patch(address, json={"is_active": False})

    assert http.delete(address).status_code == 204
    for gone in (http.get(address), http.delete(address), http.post(f"{address}/run")):
        assert gone.status_code == 404
    trail = session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.subject_type == "schedule", AuditEntry.subject_id == schedule["id"])
        .order_by(AuditEntry.id)
    )
    assert list(trail) == ["create", "change", "delete"]


def test_nobody_sees_the_schedules_of_another_tenant(http: httpx.Client, session: Session) -> None:
    schedule = create(http)
    other = new_tenant(session)
    session.commit()
    session.scalars(select(Schedule)).one().tenant_id = other
    session.commit()

    assert http.get(SCHEDULES).json()["items"] == []
    address = f"{SCHEDULES}/{schedule['id']}"
    answers = (http.get(address), http.patch(address, json={}), http.delete(address))
    assert [answer.status_code for answer in answers] == [404] * 3


def test_the_list_has_pages(http: httpx.Client) -> None:
    names = [create(http, name=f"Schedule {number}")["name"] for number in range(3)]
    first = http.get(SCHEDULES, params={"limit": 2}).json()
    rest = http.get(SCHEDULES, params={"limit": 2, "cursor": first["next_cursor"]}).json()

    listed = [schedule["name"] for schedule in first["items"] + rest["items"]]
    assert sorted(listed) == names
