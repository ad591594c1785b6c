"""Stored forecasts of models."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from db.tables import Forecast, ForecastDetails


def forecast_of(session: Session, model_id: UUID) -> Sequence[Forecast]:
    """The stored forecast of a model, in time order."""
    statement = select(Forecast).where(Forecast.model_id == model_id).order_by(Forecast.ds)
    return session.scalars(statement).all()


def details_of(session: Session, model_id: UUID) -> ForecastDetails | None:
    """What the forecast consists of; None for models of versions that did not store it."""
    return session.get(ForecastDetails, model_id)


def begins_of(session: Session, model_ids: Collection[UUID]) -> Mapping[UUID, datetime]:
    """The first period of the forecasts of these models; those without a forecast are missing."""
    statement = (
        select(Forecast.model_id, func.min(Forecast.ds))
        .where(Forecast.model_id.in_(model_ids))
        .group_by(Forecast.model_id)
    )
    return dict(session.execute(statement).all())


def side_by_side(
    session: Session, left_id: UUID, right_id: UUID
) -> Sequence[Row[datetime, float, float]]:
    """The periods that two models foretell, and what each says of them, in time order."""
    left, right = aliased(Forecast), aliased(Forecast)
    statement = (
        select(left.ds, left.yhat, right.yhat)
        .join(right, right.ds == left.ds)
        .where(left.model_id == left_id, right.model_id == right_id)
        .order_by(left.ds)
    )
    return session.execute(statement).all()
