"""How good the models are, on rows they had not seen: the newest version of each product counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, case, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from db.analytics.basis import (
    Bin,
    Query,
    Scope,
    Summary,
    bin_columns,
    read_bins,
    read_summary,
    share,
    summary_columns,
)
from db.operation.telemetry_totals import ACCURACIES, BUCKETS
from db.tables import ModelMetrics, Product, TrainedModel

_ACCURACY = ModelMetrics.accuracy_percentage
_BASELINE_MASE = cast(ModelMetrics.baseline["mase"].astext, Float)
_MEASURES = {"accuracy": _ACCURACY, "mase": ModelMetrics.mase, "wape": ModelMetrics.wape}


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstBaseline:
    """Against the seasonal naive forecast on the same rows, by MASE. The improvement is the part
    of the baseline's error that the model does without, in percent.
    """

    compared: int
    better: int
    better_share: float | None
    mean_improvement: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    distribution: list[Bin]
    accuracy: Summary
    mase: Summary
    wape: Summary
    baseline: AgainstBaseline


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Models of one category, or of one algorithm."""

    name: str | None
    models: int
    mean_accuracy: float | None
    median_accuracy: float | None
    mean_mase: float | None
    mean_wape: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """All versions that were trained on a day."""

    day: date
    models: int
    mean_accuracy: float | None
    mean_mase: float | None
    mean_wape: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One model among those of its product."""

    model_id: str
    product_id: UUID
    product_name: str
    sku: str
    category: str | None
    model_version: str
    algorithm: str
    is_deployed: bool
    created_at: datetime
    accuracy: float | None
    mase: float | None
    wape: float | None
    baseline_mase: float | None
    degraded_reason: str | None
    training_data_points: int | None
    outliers: int


def overall(session: Session, scope: Scope) -> Overall:
    columns = bin_columns(_ACCURACY, BUCKETS[ACCURACIES])
    for name, value in _MEASURES.items():
        columns += summary_columns(value, name)
    is_better = ModelMetrics.mase < _BASELINE_MASE
    is_compared = (_BASELINE_MASE > 0) & ModelMetrics.mase.is_not(None)
    improvement = 100 * (1 - ModelMetrics.mase / func.nullif(_BASELINE_MASE, 0))
    columns += [
        func.count().filter(is_compared).label("compared"),
        func.count().filter(is_compared & is_better).label("better"),
        func.avg(improvement).filter(is_compared).label("improvement"),
    ]
    row = session.execute(_newest(scope, select(*columns))).mappings().one()
    summaries = {name: read_summary(row, name) for name in _MEASURES}
    return Overall(
        distribution=read_bins(row, BUCKETS[ACCURACIES]),
        **summaries,
        baseline=AgainstBaseline(
            compared=row["compared"],
            better=row["better"],
            better_share=share(row["better"], row["compared"]),
            mean_improvement=row["improvement"],
        ),
    )


def by_category(session: Session, scope: Scope) -> list[Group]:
    return _groups(session, scope, Product.category)


def by_algorithm(session: Session, scope: Scope) -> list[Group]:
    return _groups(session, scope, TrainedModel.algorithm)


def days(session: Session, scope: Scope) -> list[Day]:
    day = scope.day(TrainedModel.created_at).label("day")
    columns = [
        func.count().label("models"),
        func.avg(_ACCURACY).label("mean_accuracy"),
        func.avg(ModelMetrics.mase).label("mean_mase"),
        func.avg(ModelMetrics.wape).label("mean_wape"),
    ]
    statement = _models(scope, select(day, *columns)).group_by(day).order_by(day)
    return [Day(**row) for row in session.execute(statement).mappings()]


def versions(session: Session, scope: Scope) -> list[Version]:
    """The versions of one product, the oldest first."""
    statement = _models(scope, _versions()).order_by(
        TrainedModel.created_at.desc(), TrainedModel.id.desc()
    )
    found = [Version(**row) for row in session.execute(statement.limit(scope.limit)).mappings()]
    return found[::-1]


def worst(session: Session, scope: Scope) -> Sequence[Version]:
    """The products whose newest model is least accurate; those without a measure last."""
    statement = _newest(scope, _versions()).order_by(_ACCURACY.asc().nulls_last(), Product.sku)
    return [Version(**row) for row in session.execute(statement.limit(scope.limit)).mappings()]


def _groups(session: Session, scope: Scope, column: ColumnElement[Any] | Any) -> list[Group]:
    models = func.count().label("models")
    columns = [
        column.label("name"),
        models,
        func.avg(_ACCURACY).label("mean_accuracy"),
        func.percentile_cont(0.5).within_group(_ACCURACY).label("median_accuracy"),
        func.avg(ModelMetrics.mase).label("mean_mase"),
        func.avg(ModelMetrics.wape).label("mean_wape"),
    ]
    statement = _newest(scope, select(*columns)).group_by(column)
    statement = statement.order_by(models.desc(), column).limit(scope.limit)
    return [Group(**row) for row in session.execute(statement).mappings()]


def _versions() -> Query:
    outliers = TrainedModel.details["outliers"]
    is_list = func.jsonb_typeof(outliers) == "array"
    return select(
        TrainedModel.public_id.label("model_id"),
        TrainedModel.product_id,
        Product.name.label("product_name"),
        Product.sku,
        Product.category,
        TrainedModel.model_version,
        TrainedModel.algorithm,
        TrainedModel.is_deployed,
        TrainedModel.created_at,
        _ACCURACY.label("accuracy"),
        ModelMetrics.mase,
        ModelMetrics.wape,
        _BASELINE_MASE.label("baseline_mase"),
        TrainedModel.degraded_reason,
        TrainedModel.training_data_points,
        case((is_list, func.jsonb_array_length(outliers)), else_=0).label("outliers"),
    )


def _models(scope: Scope, statement: Query) -> Query:
    return (
        statement.select_from(TrainedModel)
        .join(ModelMetrics, ModelMetrics.model_id == TrainedModel.id)
        .join(Product, Product.id == TrainedModel.product_id)
        .where(
            TrainedModel.tenant_id == scope.tenant_id,
            scope.within(TrainedModel.created_at),
            *scope.of_products(),
        )
    )


def _newest(scope: Scope, statement: Query) -> Query:
    """One model per product."""
    newest = (
        select(TrainedModel.id)
        .where(TrainedModel.tenant_id == scope.tenant_id, scope.within(TrainedModel.created_at))
        .ext(distinct_on(TrainedModel.product_id))
        .order_by(TrainedModel.product_id, TrainedModel.created_at.desc(), TrainedModel.id.desc())
    )
    return _models(scope, statement).where(TrainedModel.id.in_(newest))
