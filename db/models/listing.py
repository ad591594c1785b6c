"""The models of a tenant: filtered, sorted, in pages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.models.details import ModelRecord, record_of, records
from db.pages import DEFAULT_LIMIT, Direction, Order, Page, moment, number
from db.tables import ModelMetrics, Product, TrainedModel

SortKey = Literal["created_at", "deployed_at", "accuracy", "mase"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFilter:
    """Which models; what is None does not matter. `created_to` is the first moment not included."""

    product_id: UUID | None = None
    kind: Literal["product", "table"] | None = None
    category: str | None = None
    algorithm: str | None = None
    ml_task: str | None = None
    deployed: bool | None = None
    pinned: bool | None = None
    degraded: bool | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    min_accuracy: float | None = None
    max_accuracy: float | None = None
    min_mase: float | None = None
    max_mase: float | None = None


EVERYTHING = ModelFilter()


def list_models(
    session: Session,
    tenant_id: UUID,
    *,
    wanted: ModelFilter = EVERYTHING,
    sort: SortKey = "created_at",
    direction: Direction = "desc",
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[ModelRecord]:
    """The tenant's models, newest first unless told otherwise.

    Sorted by what only some models have, the others are left out.
    """
    order = _ORDERS[sort]
    statement = records(tenant_id).where(*_conditions(wanted))
    rows = session.execute(order.apply(statement, direction, cursor).limit(limit + 1))
    return order.page([record_of(row) for row in rows], direction, limit)


def _conditions(wanted: ModelFilter) -> Iterator[ColumnElement[bool]]:
    equal = (
        (TrainedModel.product_id, wanted.product_id),
        (Product.category, wanted.category),
        (TrainedModel.algorithm, wanted.algorithm),
        (TrainedModel.ml_task, wanted.ml_task),
        (TrainedModel.is_deployed, wanted.deployed),
        (TrainedModel.is_pinned, wanted.pinned),
        (TrainedModel.degraded_reason.is_not(None), wanted.degraded),
        (
            TrainedModel.product_id.is_(None),
            None if wanted.kind is None else wanted.kind == "table",
        ),
    )
    yield from (column == value for column, value in equal if value is not None)
    yield from _within(TrainedModel.created_at, wanted.created_from, None)
    if wanted.created_to is not None:
        yield TrainedModel.created_at < wanted.created_to
    yield from _within(ModelMetrics.accuracy_percentage, wanted.min_accuracy, wanted.max_accuracy)
    yield from _within(ModelMetrics.mase, wanted.min_mase, wanted.max_mase)


def _within(
    column: InstrumentedAttribute[Any], least: object, most: object
) -> Iterator[ColumnElement[bool]]:
    if least is not None:
        yield column >= least
    if most is not None:
        yield column <= most


_ORDERS: Mapping[SortKey, Order[ModelRecord]] = {
    "created_at": Order(
        "created_at",
        (TrainedModel.created_at, TrainedModel.id),
        lambda record: (record.model.created_at, record.model.id),
        (moment, UUID),
    ),
    "deployed_at": Order(
        "deployed_at",
        (TrainedModel.deployed_at, TrainedModel.id),
        lambda record: (record.model.deployed_at, record.model.id),
        (moment, UUID),
    ),
    "accuracy": Order(
        "accuracy",
        (ModelMetrics.accuracy_percentage, TrainedModel.id),
        lambda record: (record.metrics.accuracy_percentage, record.model.id),
        (number, UUID),
    ),
    "mase": Order(
        "mase",
        (ModelMetrics.mase, TrainedModel.id),
        lambda record: (record.metrics.mase, record.model.id),
        (number, UUID),
    ),
}
