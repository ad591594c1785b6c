"""Closures and events: list, add, change, remove."""

from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from api.actor import actor_of_request
from api.calendar.schemas import (
    CalendarEntryAnswer,
    CalendarQuery,
    ChangeEntry,
    CreateEntry,
    problem_of_span,
)
from api.errors import InvalidRequestError, NotFoundError
from api.idempotency import once_per_request
from api.schemas import Page
from api.services import Services
from db.shop import calendar


def list_entries(
    services: Services, tenant_id: UUID, query: CalendarQuery
) -> Page[CalendarEntryAnswer]:
    with services.sessions() as session:
        page = calendar.list_entries(session, tenant_id, **query.model_dump())
    items = [CalendarEntryAnswer.model_validate(entry) for entry in page.items]
    return Page[CalendarEntryAnswer](items=items, next_cursor=page.next_cursor)


def create(services: Services, tenant_id: UUID, body: CreateEntry) -> CalendarEntryAnswer:
    with services.sessions.begin() as session:
        entry_id = once_per_request(
            session,
            tenant_id,
            calendar.ENTRY,
            body,
            lambda: _add(session, tenant_id, body),
        )
        entry = calendar.find(session, tenant_id, UUID(entry_id))
        if entry is None:
            raise _not_found(entry_id)
        return CalendarEntryAnswer.model_validate(entry)


def change(
    services: Services, tenant_id: UUID, entry_id: UUID, body: ChangeEntry
) -> CalendarEntryAnswer:
    with services.sessions.begin() as session:
        entry = calendar.hold(session, tenant_id, entry_id)
        if entry is None:
            raise _not_found(entry_id)
        values = body.columns(entry.starts_on)
        first, last = (values.get(key, getattr(entry, key)) for key in ("starts_on", "ends_on"))
        if problem := problem_of_span(first, last):
            raise InvalidRequestError(f"{problem}; it would be from {first} to {last}")
        calendar.change(session, entry, values, actor_of_request())
        return CalendarEntryAnswer.model_validate(entry)


def delete(services: Services, tenant_id: UUID, entry_id: UUID) -> Response:
    with services.sessions.begin() as session:
        if not calendar.remove(session, tenant_id, entry_id, actor_of_request()):
            raise _not_found(entry_id)
    return Response(status=204)


def _add(session: Session, tenant_id: UUID, body: CreateEntry) -> str:
    entry = calendar.add(
        session,
        tenant_id,
        kind=body.kind,
        name=body.name,
        starts_on=body.starts_on,
        ends_on=body.last_day,
        actor=actor_of_request(),
    )
    return str(entry.id)


def _not_found(entry_id: object) -> NotFoundError:
    return NotFoundError(f"The calendar has no entry {entry_id}")
