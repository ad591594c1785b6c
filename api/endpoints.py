"""Every HTTP endpoint of the service."""

from dataclasses import replace

from api import schemas, service_views
from api.addresses import ROOT, TRAINING
from api.alerts import endpoints as alerts
from api.analytics import endpoints as analytics
from api.audit import endpoints as audit
from api.batch_predictions.endpoints import BATCH_PREDICTIONS
from api.calendar import endpoints as calendar
from api.endpoint import Endpoint
from api.jobs import endpoints as jobs
from api.live import endpoints as live
from api.models import endpoints as trained_models
from api.predictions.endpoints import MODELS_IN_USE
from api.products import endpoints as products
from api.sales import endpoints as sales
from api.schedules import endpoints as schedules
from api.sources import endpoints as sources
from api.tenant import endpoints as tenant
from api.totals import endpoints as totals
from api.webhooks import endpoints as webhooks

_SERVICE = (
    Endpoint(
        method="GET",
        path="/healthz",
        view=service_views.health,
        summary="Liveness: the process answers",
        tag="Service",
        is_open=True,
        answer=schemas.Health,
    ),
    Endpoint(
        method="GET",
        path="/readyz",
        view=service_views.readiness,
        summary="Readiness: the database answers and is migrated",
        tag="Service",
        is_open=True,
        answer=schemas.Readiness,
        refusals=(503,),
    ),
    Endpoint(
        method="GET",
        path="/metrics",
        view=service_views.telemetry,
        summary="Telemetry for Prometheus; with the bearer token METRICS_TOKEN if there is one",
        tag="Service",
        is_open=True,
        refusals=(401,),
        produces="text/plain",
    ),
    Endpoint(
        method="GET",
        path="/",
        view=service_views.page,
        summary="The live page",
        tag="Service",
        is_open=True,
        produces="text/html",
    ),
)


def all_endpoints() -> tuple[Endpoint, ...]:
    """Models are one resource under both prefixes."""
    models = (
        replace(endpoint, path=prefix + endpoint.path)
        for prefix in (TRAINING, ROOT)
        for endpoint in (*trained_models.MODELS, *MODELS_IN_USE, *BATCH_PREDICTIONS)
    )
    return (
        *sales.ENDPOINTS,
        *products.ENDPOINTS,
        *calendar.ENDPOINTS,
        *sources.ENDPOINTS,
        *jobs.ENDPOINTS,
        *schedules.ENDPOINTS,
        *webhooks.ENDPOINTS,
        *live.ENDPOINTS,
        *analytics.ENDPOINTS,
        *models,
        *trained_models.ENDPOINTS,
        *totals.ENDPOINTS,
        *alerts.ENDPOINTS,
        *tenant.ENDPOINTS,
        *audit.ENDPOINTS,
        *_SERVICE,
    )
