"""The audit trail: who did what to what, written with the change itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from db.operation_tables import AuditEntry
from db.text import storable

SERVICE = "service"
"""The actor of what nobody asked for in person: schedules, automatic deployment, retention."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and in which request."""

    name: str
    request_id: str | None = None


def record(
    session: Session,
    tenant_id: UUID,
    action: str,
    subject_type: str,
    subject_id: object,
    *,
    actor: str = SERVICE,
    details: Mapping[str, Any] | None = None,
    request_id: str | None = None,
) -> None:
    """Add a line; it stands if the caller's transaction does."""
    session.add(
        AuditEntry(
            tenant_id=tenant_id,
            actor=storable(actor, 255),
            action=action,
            subject_type=subject_type,
            subject_id=storable(str(subject_id), 255),
            details=dict(details or {}),
            request_id=request_id,
        )
    )
