"""Trained models: list, detail, quality, latest and stored forecast."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import NotFoundError
from api.models import schemas
from api.products.references import find_product
from api.schemas import ModelSummary, Page
from api.services import Services
from db import models as records
from db.metrics import metric_values
from db.models import ModelRecord
from db.tables import ModelMetrics, Product, TrainedModel

_OF_MODEL = (
    "id",
    "public_id",
    "ml_task",
    "product_id",
    "model_version",
    "algorithm",
    "is_deployed",
    "deployed_at",
    "degraded_reason",
    "created_at",
    "training_job_id",
)
_DETAILS = (
    "model_path",
    "hyperparameters",
    "features",
    "details",
    "training_duration_seconds",
    "training_data_points",
    "interval_width",
    "frequency",
    "horizon_days",
    "data_digest",
)


def list_models(
    services: Services, tenant_id: UUID, query: schemas.ModelsQuery
) -> Page[ModelSummary]:
    with services.sessions() as session:
        product_id = None
        if query.product_id is not None:
            product_id = find_product(session, tenant_id, query.product_id).id
        page = records.list_models(
            session,
            tenant_id,
            product_id=product_id,
            kind=query.kind,
            limit=query.limit,
            cursor=query.cursor,
        )
    items = [summary(record) for record in page.items]
    return Page[ModelSummary](items=items, next_cursor=page.next_cursor)


def detail(services: Services, tenant_id: UUID, model_id: str) -> schemas.ModelDetail:
    with services.sessions() as session:
        record = _find(session, tenant_id, model_id)
        return _detail(session, record)


def latest(services: Services, tenant_id: UUID, product_id: str) -> schemas.ModelDetail:
    with services.sessions() as session:
        product = find_product(session, tenant_id, product_id)
        record = records.latest_model(session, tenant_id, product.id)
        if record is None:
            raise NotFoundError(f"The product {product.name!r} has no model yet; train it first")
        return _detail(session, record)


def quality(services: Services, tenant_id: UUID, model_id: str) -> schemas.ModelQuality:
    with services.sessions() as session:
        record = _find(session, tenant_id, model_id)
    metrics = record.metrics
    columns = schemas.ModelQuality.model_fields.keys() & ModelMetrics.__table__.columns.keys()
    return schemas.ModelQuality.model_validate(
        {name: getattr(metrics, name) for name in columns}
        | {
            "model_id": record.model.public_id,
            "metrics": metric_values(metrics),
            "baseline": metrics.baseline or {},
        }
    )


def forecast(services: Services, tenant_id: UUID, model_id: str) -> schemas.ForecastAnswer:
    with services.sessions() as session:
        record = _find(session, tenant_id, model_id)
        points = records.forecast_of(session, record.model.id)
    model = record.model
    if model.ml_task != "forecast":
        raise NotFoundError(f"{model.public_id} is a {model.ml_task} model, which has no forecast")
    return schemas.ForecastAnswer.model_validate(
        {
            "model_id": model.public_id,
            "product_id": model.product_id,
            "name": model.name,
            "algorithm": model.algorithm,
            "frequency": model.frequency,
            "interval_width": model.interval_width,
            "degraded_reason": model.degraded_reason,
            "forecast": points,
        }
    )


def summary(record: ModelRecord) -> ModelSummary:
    return ModelSummary.model_validate(_summary_fields(record))


def summaries_by_id(
    session: Session, tenant_id: UUID, public_ids: Sequence[str]
) -> dict[str, ModelSummary]:
    """The models with these public ids."""
    statement = (
        select(TrainedModel, ModelMetrics, Product)
        .join(ModelMetrics, ModelMetrics.model_id == TrainedModel.id)
        .join(Product, Product.id == TrainedModel.product_id)
        .where(TrainedModel.tenant_id == tenant_id, TrainedModel.public_id.in_(public_ids))
    )
    found = (ModelRecord(*row) for row in session.execute(statement))
    return {record.model.public_id: summary(record) for record in found}


def _find(session: Session, tenant_id: UUID, reference: str) -> ModelRecord:
    record = records.find_model(session, tenant_id, reference)
    if record is None:
        raise NotFoundError(f"There is no model {reference!r}")
    return record


def _summary_fields(record: ModelRecord) -> dict[str, object]:
    product = record.product
    return {name: getattr(record.model, name) for name in _OF_MODEL} | {
        "model_id": record.model.public_id,
        "name": record.model.name or (product.name if product else None),
        "product_name": product.name if product else None,
        "metrics": metric_values(record.metrics),
        "baseline": record.metrics.baseline or {},
    }


def _detail(session: Session, record: ModelRecord) -> schemas.ModelDetail:
    fields = _summary_fields(record) | {name: getattr(record.model, name) for name in _DETAILS}
    return schemas.ModelDetail.model_validate(
        fields
        | {
            "validation_data_points": record.metrics.validation_data_points,
            "artifacts": records.artifacts_of(session, record.model.id),
        }
    )
