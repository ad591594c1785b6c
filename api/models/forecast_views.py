"""Stored forecasts: those in use, and of one the quantiles to stock by and why it is what it is."""

from uuid import UUID

from api.models import forecast_schemas as schemas
from api.models.views import forecast_model
from api.schemas import Page
from api.services import Services
from db.models.forecast_pages import forecast_page
from db.models.forecasts import details_of, forecast_of


def in_use(
    services: Services, tenant_id: UUID, query: schemas.ForecastsQuery
) -> Page[schemas.ProductForecast]:
    with services.sessions() as session:
        page = forecast_page(session, tenant_id, **query.model_dump())
        items = [
            schemas.ProductForecast.model_validate(
                {
                    "product_id": one.product.id,
                    "sku": one.product.sku,
                    "name": one.product.name,
                    "category": one.product.category,
                    "model_id": one.model.public_id,
                    "frequency": one.model.frequency,
                    "interval_width": one.model.interval_width,
                    "forecast": one.points,
                }
            )
            for one in page.items
        ]
    return Page[schemas.ProductForecast](items=items, next_cursor=page.next_cursor)


def quantiles(services: Services, tenant_id: UUID, model_id: str) -> schemas.ForecastQuantiles:
    with services.sessions() as session:
        model = forecast_model(session, tenant_id, model_id)
        points = forecast_of(session, model.id)
        details = details_of(session, model.id)
    stored = {"levels": [], "values": []} if details is None else details.quantiles
    periods = zip(points, stored["values"], strict=False)
    return schemas.ForecastQuantiles.model_validate(
        {
            "model_id": model.public_id,
            "name": model.name,
            "levels": stored["levels"],
            "periods": [{"ds": point.ds, "values": values} for point, values in periods],
        }
    )


def drivers(services: Services, tenant_id: UUID, model_id: str) -> schemas.ForecastDrivers:
    with services.sessions() as session:
        model = forecast_model(session, tenant_id, model_id)
        points = forecast_of(session, model.id)
        details = details_of(session, model.id)
    stored = {"parts": [], "values": [], "effects": []} if details is None else details.drivers
    periods = zip(points, stored["values"], stored["effects"], strict=False)
    return schemas.ForecastDrivers.model_validate(
        {
            "model_id": model.public_id,
            "name": model.name,
            "parts": stored["parts"],
            "periods": [
                {"ds": point.ds, "yhat": point.yhat, "values": values, "effects": effects}
                for point, values, effects in periods
            ],
        }
    )
