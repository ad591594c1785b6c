"""The forecasts of the models in use, product by product, in pages."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from db.pages import DEFAULT_LIMIT, Order, Page, moment
from db.tables import Forecast, Product, TrainedModel

_BY_CREATION: Order[Row[Product, TrainedModel]] = Order(
    "created_at",
    (Product.created_at, Product.id),
    lambda row: (row[0].created_at, row[0].id),
    (moment, UUID),
)


@dataclass(frozen=True, slots=True)
class ProductForecast:
    product: Product
    model: TrainedModel
    points: Sequence[Forecast]


def forecast_page(
    session: Session,
    tenant_id: UUID,
    *,
    category: str | None = None,
    starts_from: date | None = None,
    periods: int | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[ProductForecast]:
    """Those of active products, the newest product first; of each at most `periods` points, the
    first of them on the day `starts_from` or later.
    """
    statement = (
        select(Product, TrainedModel)
        .join(TrainedModel, TrainedModel.product_id == Product.id)
        .where(Product.tenant_id == tenant_id, Product.is_active, TrainedModel.is_deployed)
    )
    if category is not None:
        statement = statement.where(Product.category == category)
    ordered = _BY_CREATION.apply(statement, "desc", cursor)
    page = _BY_CREATION.page(session.execute(ordered.limit(limit + 1)).all(), "desc", limit)
    points = _first_points(session, [model.id for _, model in page.items], starts_from, periods)
    items = [ProductForecast(product, model, points[model.id]) for product, model in page.items]
    return Page(items, page.next_cursor)


def _first_points(
    session: Session,
    model_ids: Collection[UUID],
    starts_from: date | None,
    periods: int | None,
) -> Mapping[UUID, Sequence[Forecast]]:
    place = func.row_number().over(partition_by=Forecast.model_id, order_by=Forecast.ds)
    ahead = select(Forecast, place.label("place")).where(Forecast.model_id.in_(model_ids))
    if starts_from is not None:
        ahead = ahead.where(Forecast.ds >= starts_from)
    numbered = ahead.subquery()
    point: Any = aliased(Forecast, numbered)
    statement = select(point).order_by(point.model_id, point.ds)
    if periods is not None:
        statement = statement.where(numbered.c.place <= periods)
    found: defaultdict[UUID, list[Forecast]] = defaultdict(list)
    for one in session.scalars(statement):
        found[one.model_id].append(one)
    return found
