"""Words for tags, for parts of addresses, and for the fields that have none of their own."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.openapi.fields import FIELDS

Json = dict[str, Any]

TAGS: Mapping[str, str] = {
    "Sales": "Import what was sold, and look at it",
    "Products": "The catalogue; an id or your own SKU addresses a product",
    "Calendar": "Closures and events, which trainings take into account",
    "Sources": "Where sales, weather, traffic and holidays come from, and how these are",
    "Training": "Jobs: start, stop, watch, retry and delete",
    "Live": "The progress of a job while it runs, and its log",
    "Schedules": "Trainings that repeat",
    "Models": "Trained models: quality, forecasts, predictions, deployment, retention",
    "Events": "Webhooks, and what other systems sent",
    "Alerts": "What a person should look at",
    "Analytics": "How trainings go, how good models are, how long it all takes",
    "Tenant": "Your business: its settings and its audit trail",
    "Service": "For operators and their machines",
    "WebSocket": "Progress over WebSockets; a refusal comes before the upgrade",
}

PATH: Mapping[str, str] = {
    "product_id": "Id or SKU of a product; an SKU may hold any character",
    "model_id": "Id or public id of a model",
    "job_id": "Id of a job",
    "schedule_id": "Id of a schedule",
    "webhook_id": "Id of a webhook",
    "alert_id": "Id of an alert",
    "entry_id": "Id of a closure or an event",
}


def describe_fields(schema: Json) -> None:
    """Put words to the fields that have none of their own; titles repeat the names."""
    for name, field in _fields(schema):
        field.pop("title", None)
        if name in FIELDS:
            field.setdefault("description", FIELDS[name])


def _fields(schema: Json) -> Iterator[tuple[str, Json]]:
    yield from schema.get("properties", {}).items()
