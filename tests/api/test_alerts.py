"""Alerts over HTTP: listed in pages, resolved by hand, and each tenant sees its own."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.operation.alerts import raise_alert, resolve_alert
from db.operation_tables import Alert, AuditEntry
from db.tables import DEFAULT_TENANT_ID, Product, Tenant

ALERTS = "/api/v1/training/alerts"


@pytest.fixture
def alerts(session: Session, bakery: list[Product]) -> list[Alert]:
    """Two that are open, one that was resolved, and one of another tenant; a minute apart."""
    stranger = Tenant(name="Other")
    session.add(stranger)
    session.flush()
    for tenant_id, kind, subject in [
        (DEFAULT_TENANT_ID, "accuracy_drift", bakery[0].id),
        (DEFAULT_TENANT_ID, "accuracy_drift", bakery[1].id),
        (DEFAULT_TENANT_ID, "source_unavailable", "weather"),
        (stranger.id, "source_unavailable", "weather"),
    ]:
        raise_alert(session, tenant_id, kind, subject, severity="medium", message="Look")
    resolve_alert(session, DEFAULT_TENANT_ID, "accuracy_drift", bakery[1].id)
    found = list(session.scalars(select(Alert).where(Alert.tenant_id == DEFAULT_TENANT_ID)))
    for number, alert in enumerate(sorted(found, key=lambda one: (one.kind, one.subject_id))):
        alert.created_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    session.commit()
    return found


def kinds(http: httpx.Client, **query: object) -> list[str]:
    return [item["kind"] for item in http.get(ALERTS, params=query).json()["items"]]


def test_open_alerts_come_newest_first(http: httpx.Client, alerts: list[Alert]) -> None:
    assert kinds(http) == ["source_unavailable", "accuracy_drift"]
    assert len(kinds(http, status="all")) == 3
    assert kinds(http, status="all", kind="accuracy_drift") == ["accuracy_drift"] * 2
    assert http.get(ALERTS, params={"status": "new"}).status_code == 400


def test_pages_follow_the_cursor(http: httpx.Client, alerts: list[Alert]) -> None:
    first = http.get(ALERTS, params={"status": "all", "limit": 2}).json()
    rest = http.get(
        ALERTS, params={"status": "all", "limit": 2, "cursor": first["next_cursor"]}
    ).json()
    seen = [item["id"] for item in first["items"] + rest["items"]]
    assert sorted(seen) == sorted(str(alert.id) for alert in alerts)
    assert rest["next_cursor"] is None


def test_resolving_is_recorded_once(
    http: httpx.Client, alerts: list[Alert], session: Session
) -> None:
    alert = next(one for one in alerts if one.kind == "source_unavailable")
    first = http.post(f"{ALERTS}/{alert.id}/resolve")
    again = http.post(f"{ALERTS}/{alert.id}/resolve")
    assert first.json()["resolved_at"] == again.json()["resolved_at"]
    assert first.json()["resolved_at"].endswith("Z")
    assert kinds(http) == ["accuracy_drift"]
    lines = session.scalars(select(AuditEntry).where(AuditEntry.action == "resolve")).all()
    assert [line.subject_id for line in lines] == [str(alert.id)]


def test_alerts_of_others_are_unknown(
    http: httpx.Client, alerts: list[Alert], session: Session
) -> None:
    theirs = session.scalars(select(Alert.id).where(Alert.tenant_id != DEFAULT_TENANT_ID)).one()
    assert http.post(f"{ALERTS}/{theirs}/resolve").status_code == 404
    assert http.post(f"{ALERTS}/{uuid4()}/resolve").status_code == 404
