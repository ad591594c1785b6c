"""Every HTTP endpoint of the service."""

from dataclasses import replace

from api import model_views, schemas, service_views, training_views, upload_views
from api.addresses import IDEMPOTENCY_KEY, MULTIPART, ROOT, TRAINING
from api.endpoint import Endpoint
from api.jobs import endpoints as jobs
from api.jobs.schemas import AcceptedJob, UploadForm

_TRAINING = (
    Endpoint(
        method="POST",
        path=f"{TRAINING}/sales",
        scope="train",
        view=upload_views.import_sales,
        summary="Import sales from CSV or Parquet; importing the same file again changes nothing",
        tag="Sales",
        answer=schemas.ImportReport,
        consumes=(*sorted(upload_views.SALES_TYPES), MULTIPART),
        refusals=(413, 415, 422),
    ),
    Endpoint(
        method="GET",
        path=f"{TRAINING}/products",
        view=training_views.catalogue,
        summary="List the products with their deployed models",
        tag="Sales",
        query=schemas.PageQuery,
        answer=schemas.Page[schemas.Product],
        refusals=(400,),
    ),
    Endpoint(
        method="GET",
        path=f"{TRAINING}/products/<product_id>/sales",
        view=training_views.sales,
        summary="What a product (id or SKU) sold lately, in time order",
        tag="Sales",
        query=schemas.SalesQuery,
        answer=schemas.ProductSales,
        refusals=(400, 404),
    ),
)

_MODELS = (
    Endpoint(
        method="GET",
        path="/models",
        view=model_views.list_models,
        summary="List the trained models, newest first",
        tag="Models",
        query=schemas.ModelsQuery,
        answer=schemas.Page[schemas.ModelSummary],
        refusals=(400, 404),
    ),
    Endpoint(
        method="POST",
        path="/models",
        scope="train",
        view=upload_views.create_model,
        summary="Train on an uploaded Parquet file of any size",
        tag="Models",
        form=UploadForm,
        consumes=(MULTIPART,),
        headers=IDEMPOTENCY_KEY,
        answer=AcceptedJob,
        status=202,
        refusals=(400, 409, 413, 415, 422),
    ),
    Endpoint(
        method="GET",
        path="/models/<model_id>",
        view=model_views.detail,
        summary="Everything recorded about a model",
        tag="Models",
        answer=schemas.ModelDetail,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path="/models/<model_id>/metrics",
        view=model_views.quality,
        summary="Quality of a model on rows that it had not seen",
        tag="Models",
        answer=schemas.ModelQuality,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path="/models/<model_id>/forecast",
        view=model_views.forecast,
        summary="The stored forecast of a model, with its interval",
        tag="Models",
        answer=schemas.ForecastAnswer,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path="/models/latest/<product_id>",
        view=model_views.latest,
        summary="The newest model of a product (id or SKU)",
        tag="Models",
        answer=schemas.ModelDetail,
        refusals=(404,),
    ),
)

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
        summary="Telemetry for Prometheus",
        tag="Service",
        is_open=True,
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
        for endpoint in _MODELS
    )
    return (*_TRAINING, *jobs.ENDPOINTS, *models, *_SERVICE)
