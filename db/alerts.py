"""What a person should look at. One alert is open per kind and subject, however often it recurs."""

from collections.abc import Mapping
from typing import Any, Literal, cast
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.operation_tables import Alert
from db.text import storable

Severity = Literal["low", "medium", "high"]


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
