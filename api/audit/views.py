"""The audit trail of a tenant."""

from uuid import UUID

from api.audit.schemas import AuditEntry, AuditQuery
from api.schemas import Page
from api.services import Services
from db.operation import audit


def list_entries(services: Services, tenant_id: UUID, query: AuditQuery) -> Page[AuditEntry]:
    with services.sessions() as session:
        page = audit.entries(
            session,
            tenant_id,
            matching=query.model_dump(exclude={"limit", "cursor"}, exclude_none=True),
            limit=query.limit,
            cursor=query.cursor,
        )
    items = [AuditEntry.model_validate(entry) for entry in page.items]
    return Page[AuditEntry](items=items, next_cursor=page.next_cursor)
