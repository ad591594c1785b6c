"""The endpoints of the caller's own tenant."""

from api.addresses import TRAINING
from api.endpoint import Endpoint
from api.tenant import schemas, views

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{TRAINING}/tenant",
        view=views.show,
        summary="Your business: its place, its training defaults and its quotas",
        tag="Tenant",
        answer=schemas.TenantAnswer,
    ),
    Endpoint(
        method="PATCH",
        path=f"{TRAINING}/tenant",
        scope="train",
        view=views.change,
        summary="Change some of it; null takes a value back. Quotas need the scope admin",
        tag="Tenant",
        body=schemas.TenantChange,
        answer=schemas.TenantAnswer,
    ),
    Endpoint(
        method="GET",
        path=f"{TRAINING}/usage",
        view=views.usage,
        summary="What your business uses of its quotas now",
        tag="Tenant",
        answer=schemas.UsageAnswer,
    ),
)
