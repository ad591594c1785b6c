"""Webhooks over HTTP: a secret told once, addresses that are refused, deliveries to look at."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.operation.consumed import settle, take
from db.operation.events import add_event
from db.operation_tables import AuditEntry, Webhook
from db.pages import encode_cursor
from db.tables import DEFAULT_TENANT_ID

WEBHOOKS = "/api/v1/training/webhooks"
URL = "https://example.com/hooks"


def create(http: httpx.Client, **changes: Any) -> dict[str, Any]:
    answer = http.post(WEBHOOKS, json={"url": URL} | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_the_secret_is_told_once(http: httpx.Client) -> None:
    webhook = create(http)
    address = f"{WEBHOOKS}/{webhook['id']}"
    assert webhook["secret"].startswith("whsec_")
    assert webhook["event_types"] == ["training_completed", "training_failed"]

    shown = (http.get(address), http.get(WEBHOOKS), http.patch(address, json={"is_active": False}))
    assert not any(webhook["secret"] in answer.text for answer in shown)


def test_a_new_secret_takes_the_place_of_the_old_one(http: httpx.Client) -> None:
    webhook = create(http)
    changed = http.patch(f"{WEBHOOKS}/{webhook['id']}", json={"rotate_secret": True}).json()

    assert changed["secret"].startswith("whsec_")
    assert changed["secret"] != webhook["secret"]
    assert changed["is_active"] is True


def test_a_repeated_key_makes_one_webhook_and_tells_its_secret_again(http: httpx.Client) -> None:
    first, again = (
        http.post(WEBHOOKS, json={"url": URL}, headers={"Idempotency-Key": "a"}) for _ in range(2)
    )
    assert first.json() == again.json()
    assert http.post(WEBHOOKS, json={"url": URL}).status_code == 409


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://10.0.0.8/",
        "https://[::1]/",
        "https://user:secret@example.com/",
        "ftp://example.com/",
    ],
)
def test_an_address_that_must_not_be_called_is_refused(http: httpx.Client, url: str) -> None:
    refused = http.post(WEBHOOKS, json={"url": url})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "url"

    webhook = create(http)
    assert http.patch(f"{WEBHOOKS}/{webhook['id']}", json={"url": url}).status_code == 422


def test_only_known_event_types_can_be_asked_for(http: httpx.Client) -> None:
    refused = http.post(WEBHOOKS, json={"url": URL, "event_types": ["training_dreamt"]})
    assert refused.status_code == 422
    assert "training_completed" in refused.json()["detail"]


def test_what_was_sent_can_be_looked_at_in_pages(http: httpx.Client, session: Session) -> None:
    webhook = create(http)
    for number in range(3):
        told = {"event_type": "training_completed", "number": number}
        add_event(session, DEFAULT_TENANT_ID, "training.completed", told)
    session.commit()
    address = f"{WEBHOOKS}/{webhook['id']}/deliveries"

    first = http.get(address, params={"limit": 2}).json()
    rest = http.get(address, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    rows = first["items"] + rest["items"]
    assert [row["payload"]["number"] for row in rows] == [2, 1, 0]
    assert rest["next_cursor"] is None
    assert {row["status"] for row in rows} == {"pending"}
    assert all(row["payload"]["event_id"] == row["event_id"] for row in rows)


def test_a_test_is_accepted_unless_the_webhook_is_paused(http: httpx.Client) -> None:
    webhook = create(http)
    address = f"{WEBHOOKS}/{webhook['id']}"

    answer = http.post(f"{address}/test")
    assert answer.status_code == 202
    assert answer.json()["event_type"] == "webhook_test"
    http.patch(address, json={"is_active": False})
    refused = http.post(f"{address}/test")
    assert refused.status_code == 409
    assert "is_active" in refused.json()["detail"]


def test_a_test_that_is_asked_for_twice_is_sent_once(http: httpx.Client) -> None:
    webhook, other = create(http), create(http, url="https://other.example.com/hook")
    key = {"Idempotency-Key": "test-1"}
    answers = [http.post(f"{WEBHOOKS}/{webhook['id']}/test", headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert http.post(f"{WEBHOOKS}/{other['id']}/test", headers=key).status_code == 409
    sent = http.get(f"{WEBHOOKS}/{webhook['id']}/deliveries").json()["items"]
    assert len(sent) == 1


def test_a_deleted_webhook_is_gone_with_its_deliveries(
    http: httpx.Client, session: Session
) -> None:
    webhook = create(http)
    address = f"{WEBHOOKS}/{webhook['id']}"
    http.post(f"{address}/test")

    assert http.delete(address).status_code == 204
    gone = (http.get(address), http.delete(address), http.get(f"{address}/deliveries"))
    assert [answer.status_code for answer in gone] == [404] * 3
    trail = session.scalars(
        select(AuditEntry).where(AuditEntry.subject_type == "webhook").order_by(AuditEntry.id)
    ).all()
    assert [entry.action for entry in trail] == ["create", "test", "delete"]
    assert webhook["secret"] not in str([entry.details for entry in trail])


def test_a_tenant_has_only_so_many(http: httpx.Client, session: Session) -> None:
    session.add_all(
        Webhook(tenant_id=DEFAULT_TENANT_ID, url=f"{URL}/{number}", secret="s", event_types=["a"])
        for number in range(20)
    )
    session.commit()

    assert http.post(WEBHOOKS, json={"url": URL}).status_code == 429


def test_consumed_events_tell_what_became_of_them(http: httpx.Client, session: Session) -> None:
    for event_id, tenant_id in (("a", DEFAULT_TENANT_ID), ("b", DEFAULT_TENANT_ID), ("c", uuid4())):
        take(session, event_id, event_type="sales_imported", tenant_id=tenant_id, payload={})
    settle(session, "b", "rejected", reason="There is no such product")
    session.commit()

    events = http.get("/api/v1/training/events/consumed").json()["items"]
    assert {event["event_id"]: event["outcome"] for event in events} == {
        "a": "handled",
        "b": "rejected",
    }
    rejected = http.get("/api/v1/training/events/consumed", params={"outcome": "rejected"}).json()
    assert [event["reason"] for event in rejected["items"]] == ["There is no such product"]


def test_consumed_events_come_in_pages(http: httpx.Client, session: Session) -> None:
    address = "/api/v1/training/events/consumed"
    for event_id in "abcde":
        take(session, event_id, event_type="a", tenant_id=DEFAULT_TENANT_ID, payload={})
    session.commit()

    seen: list[str] = []
    cursor = None
    for size in (2, 2, 1):
        page = http.get(address, params={"limit": 2, "cursor": cursor} if cursor else {"limit": 2})
        assert len(page.json()["items"]) == size
        seen += [event["event_id"] for event in page.json()["items"]]
        cursor = page.json()["next_cursor"]
    assert (seen, cursor) == (list("edcba"), None)
    foreign = encode_cursor("created_at", "desc", ["2026-01-01T00:00:00Z", "a"])
    assert http.get(address, params={"cursor": foreign}).status_code == 400
    hostile = encode_cursor("received_at", "desc", ["2026-01-01T00:00:00Z", ["a"]])
    assert http.get(address, params={"cursor": hostile}).status_code == 400
