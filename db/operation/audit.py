"""The audit trail: who did what to what, written with the change itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.operation_tables import AuditEntry
from db.pages import Order, Page, by_number
from db.text import storable

SERVICE_NAME = "service"

_BY_NUMBER: Order[AuditEntry] = by_number(AuditEntry.id, lambda entry: entry.id)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and in which request."""

    name: str
    request_id: str | None = None


SERVICE = Actor(SERVICE_NAME)
"""Who does what nobody asked for in person: schedules, automatic deployment, retention."""


def record(
    session: Session,
    tenant_id: UUID,
    action: str,
    subject_type: str,
    subject_id: object,
    *,
    actor: Actor | ColumnElement[str] = SERVICE,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add a line; it stands if the caller's transaction does. `actor` may be an expression, such as
    `who_began`.
    """
    is_stated = isinstance(actor, Actor)
    session.add(
        AuditEntry(
            tenant_id=tenant_id,
            actor=storable(actor.name, 255) if is_stated else actor,
            action=action,
            subject_type=subject_type,
            subject_id=storable(str(subject_id), 255),
            details=dict(details or {}),
            request_id=actor.request_id if is_stated else None,
        )
    )


def who_began(
    tenant_id: UUID | ColumnElement[UUID], subject_type: str, subject_id: str | ColumnElement[str]
) -> ColumnElement[str]:
    """The actor of the first line on a subject, found by the statement that this is a part of."""
    first = (
        select(AuditEntry.actor)
        .where(
            AuditEntry.tenant_id == tenant_id,
            AuditEntry.subject_type == subject_type,
            AuditEntry.subject_id == subject_id,
        )
        .order_by(AuditEntry.id)
        .limit(1)
    )
    return func.coalesce(first.scalar_subquery(), SERVICE_NAME)


def entries(
    session: Session,
    tenant_id: UUID,
    *,
    matching: Mapping[str, str],
    limit: int,
    cursor: str | None,
) -> Page[AuditEntry]:
    """The tenant's lines, newest first, whose columns hold these values."""
    statement = select(AuditEntry).where(AuditEntry.tenant_id == tenant_id).filter_by(**matching)
    return _BY_NUMBER.read(session, statement, limit=limit, cursor=cursor)
