"""What a person should look at. One alert is open per kind and subject, however often it recurs."""

from collections.abc import Mapping
from typing import Any, Literal, cast
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.operation import audit
from db.operation.audit import Actor
from db.operation_tables import Alert
from db.pages import DEFAULT_LIMIT, Page, by_creation
from db.text import storable

Severity = Literal["low", "medium", "high"]

_BY_CREATION = by_creation(Alert)


def raise_alert(
    session: Session,
    tenant_id: UUID,
    kind: str,
    subject_id: object,
    *,
    severity: Severity,
    message: str,
    recommended_action: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> bool:
    """Open an alert, or bring the open one up to date; whether it is new."""
    new_id = uuid4()
    told = {
        "severity": severity,
        "message": message,
        "recommended_action": recommended_action,
        "details": dict(details or {}),
    }
    statement = insert(Alert).values(
        id=new_id,
        tenant_id=tenant_id,
        kind=kind,
        subject_id=storable(str(subject_id), 255),
        **told,
    )
    statement = statement.on_conflict_do_update(
        index_elements=[Alert.tenant_id, Alert.kind, Alert.subject_id],
        index_where=text("resolved_at IS NULL"),
        set_=told,
    )
    return session.scalar(statement.returning(Alert.id)) == new_id


def resolve_alert(session: Session, tenant_id: UUID, kind: str, subject_id: object) -> bool:
    """Close the open alert, if there is one."""
    statement = (
        update(Alert)
        .where(
            Alert.tenant_id == tenant_id,
            Alert.kind == kind,
            Alert.subject_id == str(subject_id),
            Alert.resolved_at.is_(None),
        )
        .values(resolved_at=func.clock_timestamp())
    )
    return cast("CursorResult[Any]", session.execute(statement)).rowcount > 0


def open_alert(session: Session, tenant_id: UUID, kind: str, subject_id: object) -> Alert | None:
    """The open alert, if there is one."""
    return session.scalars(
        select(Alert).where(
            Alert.tenant_id == tenant_id,
            Alert.kind == kind,
            Alert.subject_id == str(subject_id),
            Alert.resolved_at.is_(None),
        )
    ).one_or_none()


def list_alerts(
    session: Session,
    tenant_id: UUID,
    *,
    is_open: bool,
    kind: str | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[Alert]:
    """The tenant's alerts, newest first: those that are open, or all."""
    statement = select(Alert).where(Alert.tenant_id == tenant_id)
    if is_open:
        statement = statement.where(Alert.resolved_at.is_(None))
    if kind is not None:
        statement = statement.where(Alert.kind == kind)
    return _BY_CREATION.read(session, statement, limit=limit, cursor=cursor)


def resolve_by_hand(
    session: Session, tenant_id: UUID, alert_id: UUID, actor: Actor
) -> Alert | None:
    """The alert, resolved by a person; None if the tenant has no such alert."""
    alert = session.scalars(
        select(Alert).where(Alert.tenant_id == tenant_id, Alert.id == alert_id).with_for_update()
    ).one_or_none()
    if alert is not None and alert.resolved_at is None:
        alert.resolved_at = session.scalars(select(func.clock_timestamp())).one()
        told = {"kind": alert.kind, "subject_id": alert.subject_id}
        audit.record(session, tenant_id, "resolve", "alert", alert_id, actor=actor, details=told)
    return alert
