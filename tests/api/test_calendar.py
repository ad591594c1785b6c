"""Closures and events over HTTP."""

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.operation_tables import AuditEntry

CALENDAR = "/api/v1/training/calendar"
HOLIDAYS = {"kind": "closure", "name": "Summer", "starts_on": "2026-08-01", "ends_on": "2026-08-15"}
FAIR = {"kind": "event", "name": "Fair", "starts_on": "2026-05-15"}


def names(answer: httpx.Response) -> list[str]:
    return [item["name"] for item in answer.json()["items"]]


def test_entries_are_added_listed_and_removed(http: httpx.Client) -> None:
    summer, fair = http.post(CALENDAR, json=HOLIDAYS), http.post(CALENDAR, json=FAIR)

    assert (summer.status_code, fair.status_code) == (201, 201)
    assert fair.json()["ends_on"] == "2026-05-15"
    assert sorted(names(http.get(CALENDAR))) == ["Fair", "Summer"]

    assert http.delete(f"{CALENDAR}/{fair.json()['id']}").status_code == 204
    assert http.delete(f"{CALENDAR}/{fair.json()['id']}").status_code == 404
    assert names(http.get(CALENDAR)) == ["Summer"]


def test_filters(http: httpx.Client) -> None:
    http.post(CALENDAR, json=HOLIDAYS)
    http.post(CALENDAR, json=FAIR)

    assert names(http.get(CALENDAR, params={"kind": "event"})) == ["Fair"]
    assert names(http.get(CALENDAR, params={"starts_from": "2026-08-15"})) == ["Summer"]
    assert names(http.get(CALENDAR, params={"ends_by": "2026-05-15"})) == ["Fair"]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "party"},
        {"name": " "},
        {"starts_on": "tomorrow"},
        {"ends_on": "2026-07-31"},
        {"ends_on": "2027-08-02"},
        {"colour": "red"},
    ],
)
def test_impossible_entries_are_refused(http: httpx.Client, change: dict[str, str]) -> None:
    assert http.post(CALENDAR, json=HOLIDAYS | change).status_code == 422


def test_an_entry_is_there_once(http: httpx.Client) -> None:
    key = {"Idempotency-Key": "k1"}
    first = http.post(CALENDAR, json=HOLIDAYS, headers=key)

    assert http.post(CALENDAR, json=HOLIDAYS, headers=key).json() == first.json()
    assert http.post(CALENDAR, json=HOLIDAYS).status_code == 409


def changed(http: httpx.Client, entry: dict[str, str], **values: str | None) -> httpx.Response:
    return http.patch(f"{CALENDAR}/{entry['id']}", json=values)


def test_an_entry_is_changed_in_place(http: httpx.Client) -> None:
    made = http.post(CALENDAR, json=HOLIDAYS).json()

    answer = changed(http, made, name="Holidays", ends_on="2026-08-20")

    assert answer.status_code == 200
    assert answer.json() == {**made, "name": "Holidays", "ends_on": "2026-08-20"}
    assert http.get(CALENDAR).json()["items"] == [answer.json()]


def test_an_entry_becomes_a_single_day(http: httpx.Client) -> None:
    made = http.post(CALENDAR, json=HOLIDAYS).json()

    assert changed(http, made, ends_on=None).json()["ends_on"] == "2026-08-01"
    assert changed(http, made, starts_on="2026-09-01", ends_on=None).json()["ends_on"] == (
        "2026-09-01"
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"starts_on": "2026-08-16"}, "from 2026-08-16 to 2026-08-15"),
        ({"ends_on": "2027-08-02"}, "at most 365 days after"),
        ({"kind": "party"}, "kind"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_impossible_change_is_refused(
    http: httpx.Client, change: dict[str, str], told: str
) -> None:
    made = http.post(CALENDAR, json=HOLIDAYS).json()

    answer = changed(http, made, **change)

    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert http.get(CALENDAR).json()["items"] == [made]


def test_a_change_does_not_make_an_entry_twice(http: httpx.Client) -> None:
    http.post(CALENDAR, json=HOLIDAYS)
    other = http.post(CALENDAR, json=HOLIDAYS | {"starts_on": "2026-08-02"}).json()

    answer = changed(http, other, starts_on="2026-08-01")

    assert answer.status_code == 409
    assert "closure 'Summer' from 2026-08-01" in answer.json()["detail"]


def test_what_is_not_there_is_not_changed(http: httpx.Client) -> None:
    made = http.post(CALENDAR, json=HOLIDAYS).json()
    http.delete(f"{CALENDAR}/{made['id']}")

    assert changed(http, made, name="Winter").status_code == 404


def test_a_change_is_one_line_in_the_audit_trail(http: httpx.Client, session: Session) -> None:
    made = http.post(CALENDAR, json=HOLIDAYS).json()
    changed(http, made, name="Holidays")
    changed(http, made, name="Holidays")

    lines = session.scalars(
        select(AuditEntry).where(AuditEntry.subject_id == made["id"]).order_by(AuditEntry.id)
    ).all()

    assert [line.action for line in lines] == ["create", "change"]
    assert lines[-1].details["before"]["name"] == "Summer"
    assert lines[-1].details["name"] == "Holidays"


def test_changes_are_in_the_audit_trail(http: httpx.Client, session: Session) -> None:
    made = http.post(CALENDAR, json=HOLIDAYS).json()
    http.delete(f"{CALENDAR}/{made['id']}")

    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()

    assert list(actions) == ["create", "delete"]
