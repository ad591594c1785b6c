"""A tenant's own calendar: days on which it is closed, and events that sell more or less."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ScalarSelect,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, array, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.errors import AlreadyExistsError, QuotaExceededError
from db.locks import FRESH
from db.operation.audit import Actor, record
from db.operation_tables import CalendarEntry
from db.pages import DEFAULT_LIMIT, Page, by_creation
from db.prepared import repeated

MAX_ENTRIES = 2_000
ENTRY = "calendar entry"

_IS_THERE_ALREADY = "uq_tenant_calendar_tenant_id_kind_name_starts_on"

_BY_CREATION = by_creation(CalendarEntry)


@dataclass(frozen=True, slots=True)
class Days:
    """What a training has to know of an entry."""

    kind: str
    name: str
    starts_on: date
    ends_on: date


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
        raise _already_there(kind, name, starts_on)
    _require_room(session, tenant_id)
    _record(session, made, "create", actor, _named(made))
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


def every_entry(session: Session, tenant_id: UUID) -> Sequence[Days]:
    """All of a tenant, in an order that does not change."""
    return days_from(session.scalar(_every_statement(), {"tenant_id": tenant_id}))


def entries_of(
    tenant_id: BindParameter[UUID] | InstrumentedAttribute[UUID],
) -> ScalarSelect[Any]:
    """All of a tenant as one value, for a statement that also asks for something else; `days_from`
    reads it.
    """
    order = CalendarEntry.kind, CalendarEntry.starts_on, CalendarEntry.name
    fields = (
        CalendarEntry.kind,
        CalendarEntry.name,
        CalendarEntry.starts_on,
        CalendarEntry.ends_on,
    )
    entry = array([cast(field, Text) for field in fields])
    entries = func.array_agg(aggregate_order_by(entry, *order), type_=ARRAY(Text, dimensions=2))
    return select(entries).where(CalendarEntry.tenant_id == tenant_id).scalar_subquery()


def days_from(entries: Sequence[Sequence[str]] | None) -> Sequence[Days]:
    return [
        Days(kind, name, date.fromisoformat(first), date.fromisoformat(last))
        for kind, name, first, last in entries or ()
    ]


@cache
def _every_statement() -> Select[Any]:
    return repeated(select(entries_of(bindparam("tenant_id", type_=Uuid()))))


def find(session: Session, tenant_id: UUID, entry_id: UUID) -> CalendarEntry | None:
    return session.scalars(
        select(CalendarEntry).where(
            CalendarEntry.id == entry_id, CalendarEntry.tenant_id == tenant_id
        )
    ).one_or_none()


def hold(session: Session, tenant_id: UUID, entry_id: UUID) -> CalendarEntry | None:
    """The entry, which nobody else changes until the transaction ends."""
    statement = (
        select(CalendarEntry)
        .where(CalendarEntry.id == entry_id, CalendarEntry.tenant_id == tenant_id)
        .with_for_update()
    )
    return session.scalars(statement, execution_options=FRESH).one_or_none()


def change(session: Session, entry: CalendarEntry, values: Mapping[str, Any], actor: Actor) -> None:
    """Set columns of an entry that is held; nothing is written if they have these values.

    Raises what `add` does.
    """
    before = _named(entry)
    changed = {name: value for name, value in values.items() if getattr(entry, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(entry, name, value)
    try:
        session.flush()
    except IntegrityError as error:
        if _IS_THERE_ALREADY not in str(error.orig):
            raise
        whole = {**before, **changed}
        raise _already_there(whole["kind"], whole["name"], whole["starts_on"]) from None
    changes = {name: str(value) for name, value in changed.items()}
    _record(session, entry, "change", actor, {"name": entry.name, "before": before} | changes)


def remove(session: Session, tenant_id: UUID, entry_id: UUID, actor: Actor) -> bool:
    """Whether there was such an entry."""
    entry = find(session, tenant_id, entry_id)
    if entry is None:
        return False
    _record(session, entry, "delete", actor, _named(entry))
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


def _already_there(kind: str, name: str, starts_on: date | str) -> AlreadyExistsError:
    return AlreadyExistsError(f"The calendar has the {kind} {name!r} from {starts_on} already")


def _named(entry: CalendarEntry) -> dict[str, str]:
    days = {"starts_on": str(entry.starts_on), "ends_on": str(entry.ends_on)}
    return {"kind": entry.kind, "name": entry.name} | days


def _record(
    session: Session, entry: CalendarEntry, action: str, actor: Actor, details: Mapping[str, Any]
) -> None:
    record(
        session,
        entry.tenant_id,
        action,
        ENTRY,
        entry.id,
        actor=actor,
        details=details,
    )
