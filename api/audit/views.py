"""The audit trail of a tenant."""

from uuid import UUID

from api.audit.schemas import AuditEntry, AuditQuery
from api.schemas import Page
from api.services import Services
from db.operation import audit, audit_names
from db.operation_tables import AuditEntry as Line


def list_entries(services: Services, tenant_id: UUID, query: AuditQuery) -> Page[AuditEntry]:
    with services.sessions() as session:
        page = audit.entries(
            session,
            tenant_id,
            matching=query.model_dump(exclude={"limit", "cursor"}, exclude_none=True),
            limit=query.limit,
            cursor=query.cursor,
        )
        names = audit_names.names_of(session, tenant_id, page.items)
    items = [_told(entry, names[entry.id]) for entry in page.items]
    return Page[AuditEntry](items=items, next_cursor=page.next_cursor)


def _told(line: Line, name: str | None) -> AuditEntry:
    fields = {key: getattr(line, key) for key in AuditEntry.model_fields if key != "subject_name"}
    return AuditEntry.model_validate(fields | {"subject_name": name})
