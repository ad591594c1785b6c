"""A tenant's own calendar: days on which it is closed, and events that sell more or less."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.errors import AlreadyExistsError, QuotaExceededError
from db.operation.audit import Actor, record
from db.operation_tables import CalendarEntry
from db.pages import DEFAULT_LIMIT, Page, by_creation

MAX_ENTRIES = 2_000
ENTRY = "calendar entry"

_BY_CREATION = by_creation(CalendarEntry)


def add(
    session: Session,
    tenant_id: UUID,
    *,
    kind: str,
    name: str,
    starts_on: date,
    ends_on: date,
    actor: Actor,
) -> CalendarEntry:
    """A new entry; raises `AlreadyExistsError` for one of the same kind, name and first day."""
    values = {"kind": kind, "name": name, "starts_on": starts_on, "ends_on": ends_on}
    made: CalendarEntry | None = session.scalar(
        insert(CalendarEntry)
        .values(tenant_id=tenant_id, **values)
        .on_conflict_do_nothing()
        .returning(CalendarEntry)
    )
    if made is None:
        raise AlreadyExistsError(f"The calendar has the {kind} {name!r} from {starts_on} already")
    _require_room(session, tenant_id)
    _record(session, made, "create", actor)
    return made


def list_entries(
    session: Session,
    tenant_id: UUID,
    *,
    kind: str | None = None,
    starts_from: date | None = None,
    ends_by: date | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[CalendarEntry]:
    """The entries that touch the given days, newest first."""
    statement = select(CalendarEntry).where(CalendarEntry.tenant_id == tenant_id)
    if kind is not None:
        statement = statement.where(CalendarEntry.kind == kind)
    if starts_from is not None:
        statement = statement.where(CalendarEntry.ends_on >= starts_from)
    if ends_by is not None:
        statement = statement.where(CalendarEntry.starts_on <= ends_by)
    return _BY_CREATION.read(session, statement, limit=limit, cursor=cursor)


def every_entry(session: Session, tenant_id: UUID) -> Sequence[CalendarEntry]:
    """All of a tenant, in an order that does not change."""
    order = CalendarEntry.kind, CalendarEntry.starts_on, CalendarEntry.name
    return session.scalars(
        select(CalendarEntry).where(CalendarEntry.tenant_id == tenant_id).order_by(*order)
    ).all()


def find(session: Session, tenant_id: UUID, entry_id: UUID) -> CalendarEntry | None:
    return session.scalars(
        select(CalendarEntry).where(
            CalendarEntry.id == entry_id, CalendarEntry.tenant_id == tenant_id
        )
    ).one_or_none()


def remove(session: Session, tenant_id: UUID, entry_id: UUID, actor: Actor) -> bool:
    """Whether there was such an entry."""
    entry = find(session, tenant_id, entry_id)
    if entry is None:
        return False
    _record(session, entry, "delete", actor)
    session.execute(delete(CalendarEntry).where(CalendarEntry.id == entry.id))
    return True


def _require_room(session: Session, tenant_id: UUID) -> None:
    count = session.scalar(select(func.count()).where(CalendarEntry.tenant_id == tenant_id))
    if (count or 0) > MAX_ENTRIES:
        raise QuotaExceededError(
            "calendar",
            MAX_ENTRIES,
            f"The calendar has {MAX_ENTRIES:,} entries, as many as it may have; delete old ones",
        )


def _record(session: Session, entry: CalendarEntry, action: str, actor: Actor) -> None:
    told = {"kind": entry.kind, "name": entry.name, "starts_on": str(entry.starts_on)}
    record(
        session,
        entry.tenant_id,
        action,
        ENTRY,
        entry.id,
        actor=actor,
        details=told,
    )
