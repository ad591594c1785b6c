"""The endpoint of the audit trail."""

from api.addresses import TRAINING
from api.audit import schemas, views
from api.endpoint import Endpoint
from api.schemas import Page

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{TRAINING}/audit",
        scope="admin",
        view=views.list_entries,
        summary="Who did what to what, newest first",
        tag="Tenant",
        query=schemas.AuditQuery,
        answer=Page[schemas.AuditEntry],
    ),
)
