"""The forecasts of the models in use, and the sales behind their totals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from db.base import Json
from db.tables import Forecast, ForecastDetails, Product, Sale, TrainedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastInUse:
    """The forecast of a product's deployed model as columns, in time order; `errors` are those of
    its backtest, as `db.lifecycle.outcomes.PastErrors`, None where they were not stored.
    """

    product_id: UUID
    name: str
    category: str | None
    frequency: str | None
    interval_width: float | None
    ds: Sequence[datetime]
    yhat: Sequence[float]
    yhat_lower: Sequence[float | None]
    yhat_upper: Sequence[float | None]
    errors: Json | None


def forecasts_in_use(session: Session, tenant_id: UUID) -> list[ForecastInUse]:
    """One per active product with a deployed model, by name."""
    steps = (Forecast.ds, Forecast.yhat, Forecast.yhat_lower, Forecast.yhat_upper)
    statement = (
        select(
            Product.id.label("product_id"),
            Product.name,
            Product.category,
            TrainedModel.frequency,
            TrainedModel.interval_width,
            *(func.array_agg(aggregate_order_by(one, Forecast.ds)).label(one.key) for one in steps),
            ForecastDetails.errors,
        )
        .join(TrainedModel, TrainedModel.product_id == Product.id)
        .join(Forecast, Forecast.model_id == TrainedModel.id)
        .outerjoin(ForecastDetails, ForecastDetails.model_id == TrainedModel.id)
        .where(Product.tenant_id == tenant_id, Product.is_active, TrainedModel.is_deployed)
        .group_by(Product.id, TrainedModel.id, ForecastDetails.model_id)
        .order_by(Product.name, Product.id)
    )
    return [ForecastInUse(**row) for row in session.execute(statement).mappings()]


def summed_sales(
    session: Session, tenant_id: UUID, product_ids: Collection[UUID], *, before: datetime
) -> Sequence[Row[datetime, float | None]]:
    """What some products sold together, period by period."""
    statement = (
        select(Sale.sold_at, func.sum(Sale.quantity))
        .where(
            Sale.tenant_id == tenant_id,
            Sale.product_id.in_(product_ids),
            Sale.sold_at < before,
            Sale.quantity.is_not(None),
        )
        .group_by(Sale.sold_at)
        .order_by(Sale.sold_at)
    )
    return session.execute(statement).all()
