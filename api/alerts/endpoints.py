"""The endpoints of alerts."""

from api.addresses import TRAINING
from api.alerts import schemas, views
from api.endpoint import Endpoint
from api.schemas import Page

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{TRAINING}/alerts",
        view=views.list_alerts,
        summary="List what a person should look at, newest first",
        tag="Alerts",
        query=schemas.AlertsQuery,
        answer=Page[schemas.Alert],
    ),
    Endpoint(
        method="POST",
        path=f"{TRAINING}/alerts/<uuid:alert_id>/resolve",
        scope="train",
        view=views.resolve,
        summary="Resolve an alert; it opens again if its cause comes back",
        tag="Alerts",
        answer=schemas.Alert,
    ),
)
