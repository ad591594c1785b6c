"""The alerts of a tenant: list, and resolve by hand."""

from uuid import UUID

from api.actor import actor_of_request
from api.alerts import schemas
from api.errors import NotFoundError
from api.schemas import Page
from api.services import Services
from db.operation import alerts


def list_alerts(
    services: Services, tenant_id: UUID, query: schemas.AlertsQuery
) -> Page[schemas.Alert]:
    with services.sessions() as session:
        page = alerts.list_alerts(
            session,
            tenant_id,
            is_open=query.status == "open",
            kind=query.kind,
            limit=query.limit,
            cursor=query.cursor,
        )
    items = [schemas.Alert.model_validate(alert) for alert in page.items]
    return Page[schemas.Alert](items=items, next_cursor=page.next_cursor)


def resolve(services: Services, tenant_id: UUID, alert_id: UUID) -> schemas.Alert:
    with services.sessions.begin() as session:
        alert = alerts.resolve_by_hand(session, tenant_id, alert_id, actor_of_request())
    if alert is None:
        raise NotFoundError(f"There is no alert {alert_id}")
    return schemas.Alert.model_validate(alert)
