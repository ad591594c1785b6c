"""The endpoints of webhooks and of the events that others sent."""

from api.addresses import IDEMPOTENCY_KEY, TRAINING
from api.endpoint import Endpoint
from api.schemas import Page, PageQuery
from api.webhooks import views
from api.webhooks.schemas import (
    ChangeWebhook,
    ConsumedEvent,
    ConsumedQuery,
    CreateWebhook,
    Delivery,
    WebhookAnswer,
    WebhookWithSecret,
)

_TAG = "Events"
_ALL = f"{TRAINING}/webhooks"
_ONE = f"{_ALL}/<uuid:webhook_id>"

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=_ALL,
        scope="admin",
        view=views.list_webhooks,
        summary="List the addresses that are told of events",
        tag=_TAG,
        query=PageQuery,
        answer=Page[WebhookAnswer],
    ),
    Endpoint(
        method="POST",
        path=_ALL,
        scope="admin",
        view=views.create,
        summary="Be told of events at an address; the answer holds the secret, this once",
        tag=_TAG,
        body=CreateWebhook,
        headers=IDEMPOTENCY_KEY,
        answer=WebhookWithSecret,
        status=201,
        refusals=(404, 409),
    ),
    Endpoint(
        method="GET",
        path=_ONE,
        scope="admin",
        view=views.detail,
        summary="A webhook, without its secret",
        tag=_TAG,
        answer=WebhookAnswer,
    ),
    Endpoint(
        method="PATCH",
        path=_ONE,
        scope="admin",
        view=views.change,
        summary="Change or pause a webhook, or give it a new secret",
        tag=_TAG,
        body=ChangeWebhook,
        answer=WebhookWithSecret,
        refusals=(409,),
    ),
    Endpoint(
        method="DELETE",
        path=_ONE,
        scope="admin",
        view=views.delete,
        summary="Delete a webhook and what was to be sent to it",
        tag=_TAG,
        status=204,
    ),
    Endpoint(
        method="POST",
        path=f"{_ONE}/test",
        scope="admin",
        view=views.test,
        summary="Send an event of the type webhook_test",
        tag=_TAG,
        headers=IDEMPOTENCY_KEY,
        answer=Delivery,
        status=202,
        refusals=(409,),
    ),
    Endpoint(
        method="GET",
        path=f"{_ONE}/deliveries",
        scope="admin",
        view=views.list_deliveries,
        summary="What was sent to a webhook, newest first",
        tag=_TAG,
        query=PageQuery,
        answer=Page[Delivery],
    ),
    Endpoint(
        method="GET",
        path=f"{TRAINING}/events/consumed",
        scope="admin",
        view=views.list_consumed,
        summary="The events that other systems sent, newest first, and what became of them",
        tag=_TAG,
        query=ConsumedQuery,
        answer=Page[ConsumedEvent],
    ),
)
