"""Trained models: list, detail, quality, latest and stored forecast."""

from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import NotFoundError
from api.models import schemas
from api.models.details import detail_of
from api.models.forecast_schemas import ForecastAnswer
from api.models.summaries import find_record, summary
from api.products.references import find_product
from api.schemas import ModelSummary, Page
from api.services import Services
from db.models import details as records
from db.models.forecasts import forecast_of
from db.models.listing import ModelFilter
from db.models.listing import list_models as list_of_models
from db.models.metrics import metric_values
from db.tables import ModelMetrics, TrainedModel


def list_models(
    services: Services, tenant_id: UUID, query: schemas.ModelsQuery
) -> Page[ModelSummary]:
    with services.sessions() as session:
        product_id = None
        if query.product_id is not None:
            product_id = find_product(session, tenant_id, query.product_id).id
        fields = query.model_dump(exclude={"product_id", "limit", "cursor", "sort", "direction"})
        page = list_of_models(
            session,
            tenant_id,
            wanted=ModelFilter(product_id=product_id, **fields),
            sort=query.sort,
            direction=query.direction,
            limit=query.limit,
            cursor=query.cursor,
        )
    items = [summary(record) for record in page.items]
    return Page[ModelSummary](items=items, next_cursor=page.next_cursor)


def detail(services: Services, tenant_id: UUID, model_id: str) -> schemas.ModelDetail:
    with services.sessions() as session:
        record = find_record(session, tenant_id, model_id)
        return detail_of(session, record)


def latest(services: Services, tenant_id: UUID, product_id: str) -> schemas.ModelDetail:
    with services.sessions() as session:
        product = find_product(session, tenant_id, product_id)
        record = records.latest_model(session, tenant_id, product.id)
        if record is None:
            raise NotFoundError(f"The product {product.name!r} has no model yet; train it first")
        return detail_of(session, record)


def quality(services: Services, tenant_id: UUID, model_id: str) -> schemas.ModelQuality:
    with services.sessions() as session:
        record = find_record(session, tenant_id, model_id)
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


def forecast(services: Services, tenant_id: UUID, model_id: str) -> ForecastAnswer:
    with services.sessions() as session:
        model = forecast_model(session, tenant_id, model_id)
        points = forecast_of(session, model.id)
    return ForecastAnswer.model_validate(
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


def forecast_model(session: Session, tenant_id: UUID, model_id: str) -> TrainedModel:
    """The model, which has to be that of a product."""
    model = find_record(session, tenant_id, model_id).model
    if model.ml_task != "forecast":
        raise NotFoundError(f"{model.public_id} is a {model.ml_task} model, which has no forecast")
    return model
