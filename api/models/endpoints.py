"""Every endpoint of trained models; `api.endpoints` offers them under both prefixes."""

from api import upload_views
from api.addresses import IDEMPOTENCY_KEY, MULTIPART
from api.endpoint import Endpoint
from api.jobs.schemas import AcceptedJob, UploadForm
from api.models import schemas, views
from api.schemas import ModelSummary, Page

MODELS = (
    Endpoint(
        method="GET",
        path="/models",
        view=views.list_models,
        summary="List the trained models, newest first",
        tag="Models",
        query=schemas.ModelsQuery,
        answer=Page[ModelSummary],
        refusals=(400, 404),
    ),
    Endpoint(
        method="POST",
        path="/models",
        scope="train",
        starts_training=True,
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
        view=views.detail,
        summary="Everything recorded about a model",
        tag="Models",
        answer=schemas.ModelDetail,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path="/models/<model_id>/metrics",
        view=views.quality,
        summary="Quality of a model on rows that it had not seen",
        tag="Models",
        answer=schemas.ModelQuality,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path="/models/<model_id>/forecast",
        view=views.forecast,
        summary="The stored forecast of a model, with its interval",
        tag="Models",
        answer=schemas.ForecastAnswer,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path="/models/latest/<product_id>",
        view=views.latest,
        summary="The newest model of a product (id or SKU)",
        tag="Models",
        answer=schemas.ModelDetail,
        refusals=(404,),
    ),
)
