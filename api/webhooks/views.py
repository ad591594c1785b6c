"""Webhooks: list, create, change, delete, test, deliveries; and the events that others sent."""

from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from api.actor import actor_of_request
from api.errors import InvalidRequestError, NotFoundError
from api.idempotency import once_per_request
from api.schemas import Page, PageQuery
from api.services import Services
from api.webhooks.schemas import (
    ChangeWebhook,
    ConsumedEvent,
    ConsumedQuery,
    CreateWebhook,
    Delivery,
    WebhookAnswer,
    WebhookWithSecret,
)
from core.destinations import Destinations
from core.errors import DestinationError
from db.operation import consumed, deliveries, webhooks
from db.operation_tables import Webhook, WebhookDelivery


def list_webhooks(services: Services, tenant_id: UUID, query: PageQuery) -> Page[WebhookAnswer]:
    with services.sessions() as session:
        page = webhooks.list_webhooks(session, tenant_id, limit=query.limit, cursor=query.cursor)
    items = [WebhookAnswer.model_validate(webhook) for webhook in page.items]
    return Page[WebhookAnswer](items=items, next_cursor=page.next_cursor)


def create(services: Services, tenant_id: UUID, body: CreateWebhook) -> WebhookWithSecret:
    """A repeated key gets the secret again: the first answer may have been lost."""
    _require_url(services, body.url)
    with services.sessions.begin() as session:

        def make() -> str:
            made = webhooks.create(
                session,
                tenant_id,
                url=body.url,
                event_types=body.event_types,
                actor=actor_of_request(),
            )
            return str(made.id)

        webhook_id = once_per_request(session, tenant_id, "webhook", body, make)
        return WebhookWithSecret.model_validate(_find(session, tenant_id, UUID(webhook_id)))


def detail(services: Services, tenant_id: UUID, webhook_id: UUID) -> WebhookAnswer:
    with services.sessions() as session:
        return WebhookAnswer.model_validate(_find(session, tenant_id, webhook_id))


def change(
    services: Services, tenant_id: UUID, webhook_id: UUID, body: ChangeWebhook
) -> WebhookWithSecret:
    if body.url is not None:
        _require_url(services, body.url)
    values = body.model_dump(exclude_none=True, exclude={"rotate_secret"})
    with services.sessions.begin() as session:
        webhook = webhooks.change(
            session,
            tenant_id,
            webhook_id,
            values,
            actor_of_request(),
            rotate_secret=body.rotate_secret,
        )
        if webhook is None:
            raise _not_found(webhook_id)
        session.refresh(webhook)
        answer = WebhookWithSecret.model_validate(webhook)
    return answer if body.rotate_secret else answer.model_copy(update={"secret": None})


def delete(services: Services, tenant_id: UUID, webhook_id: UUID) -> Response:
    with services.sessions.begin() as session:
        if not webhooks.remove(session, tenant_id, webhook_id, actor_of_request()):
            raise _not_found(webhook_id)
    return Response(status=204)


def test(services: Services, tenant_id: UUID, webhook_id: UUID) -> Delivery:
    with services.sessions.begin() as session:

        def make() -> str:
            webhook = _find(session, tenant_id, webhook_id)
            return str(webhooks.add_test(session, webhook, actor_of_request()).id)

        delivery_id = once_per_request(
            session, tenant_id, "webhook delivery", f"test {webhook_id}", make
        )
        delivery = deliveries.find(session, tenant_id, int(delivery_id))
        if delivery is None:
            raise NotFoundError("The test of this Idempotency-Key is not kept any more")
        return _told(delivery)


def list_deliveries(
    services: Services, tenant_id: UUID, webhook_id: UUID, query: PageQuery
) -> Page[Delivery]:
    with services.sessions() as session:
        webhook = _find(session, tenant_id, webhook_id)
        page = deliveries.of_webhook(session, webhook.id, limit=query.limit, cursor=query.cursor)
    items = [_told(delivery) for delivery in page.items]
    return Page[Delivery](items=items, next_cursor=page.next_cursor)


def list_consumed(services: Services, tenant_id: UUID, query: ConsumedQuery) -> Page[ConsumedEvent]:
    with services.sessions() as session:
        page = consumed.newest(
            session, tenant_id, limit=query.limit, cursor=query.cursor, outcome=query.outcome
        )
    items = [ConsumedEvent.model_validate(row) for row in page.items]
    return Page[ConsumedEvent](items=items, next_cursor=page.next_cursor)


def _told(delivery: WebhookDelivery) -> Delivery:
    answer = Delivery.model_validate(delivery)
    is_waiting = delivery.status == "pending"
    return answer if is_waiting else answer.model_copy(update={"next_attempt_at": None})


def _find(session: Session, tenant_id: UUID, webhook_id: UUID) -> Webhook:
    webhook = webhooks.find(session, tenant_id, webhook_id)
    if webhook is None:
        raise _not_found(webhook_id)
    return webhook


def _not_found(webhook_id: UUID) -> NotFoundError:
    return NotFoundError(f"There is no webhook {webhook_id}")


def _require_url(services: Services, url: str) -> None:
    """What can be told without a look-up of the host; its address is checked at each delivery."""
    try:
        Destinations.from_settings(services.settings).require_url(url)
    except DestinationError as error:
        problem = {"field": "url", "value": url[:200], "message": str(error)}
        raise InvalidRequestError(f"url: {error}", errors=[problem]) from error
