"""How long trainings take and wait: jobs, products, algorithms and the steps of a training."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, cast, func, select
from sqlalchemy.orm import Session

from db.analytics.basis import (
    Bin,
    Query,
    Scope,
    Summary,
    bin_columns,
    read_bins,
    read_summary,
    summary_columns,
)
from db.operation.telemetry_totals import BUCKETS, DURATIONS
from db.tables import (
    TERMINAL_STATUSES,
    WITHOUT_MODEL,
    Product,
    TrainedModel,
    TrainingJob,
    TrainingLog,
    TrainingTask,
)


def _seconds(end: Any, start: Any) -> ColumnElement[float]:
    return cast(func.extract("epoch", end - start), Float)


_JOB = _seconds(TrainingJob.completed_at, TrainingJob.started_at)
_JOB_WAIT = _seconds(TrainingJob.started_at, TrainingJob.created_at)
_TASK = _seconds(TrainingTask.completed_at, TrainingTask.started_at)
_STEP = cast(TrainingLog.execution_time_ms, Float) / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """Jobs that ended in the period, in seconds; `wait` is the time in the queue before."""

    distribution: list[Bin]
    duration: Summary
    wait: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How long the trainings of one algorithm, product or step took, in seconds."""

    name: str
    count: int
    p50: float | None
    p90: float | None
    maximum: float | None
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductGroup(Group):
    product_id: UUID
    sku: str
    category: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    day: date
    products: int
    p50: float | None
    p90: float | None


def jobs(session: Session, scope: Scope) -> Jobs:
    columns = [
        *bin_columns(_JOB, BUCKETS[DURATIONS]),
        *summary_columns(_JOB, "duration"),
        *summary_columns(_JOB_WAIT, "wait"),
    ]
    statement = select(*columns).where(
        TrainingJob.tenant_id == scope.tenant_id,
        TrainingJob.is_training,
        TrainingJob.status.in_(TERMINAL_STATUSES),
        TrainingJob.started_at.is_not(None),
        scope.within(TrainingJob.completed_at),
    )
    if scope.is_of_some_products:
        statement = statement.where(
            TrainingJob.id.in_(_trainings(scope, select(TrainingTask.job_id)))
        )
    row = session.execute(statement).mappings().one()
    return Jobs(
        distribution=read_bins(row, BUCKETS[DURATIONS]),
        duration=read_summary(row, "duration"),
        wait=read_summary(row, "wait"),
    )


def products(session: Session, scope: Scope) -> Summary:
    """One training each; those that were skipped took no time and are left out."""
    statement = _trainings(scope, select(*summary_columns(_TASK, "product")))
    return read_summary(session.execute(statement).mappings().one(), "product")


def by_algorithm(session: Session, scope: Scope) -> list[Group]:
    columns = [TrainedModel.algorithm.label("name"), *_columns(_TASK)]
    statement = _trainings(scope, select(*columns))
    # A model is as old as the end of its task: said twice, so that an index finds both.
    statement = statement.join(TrainedModel, TrainedModel.task_id == TrainingTask.id).where(
        TrainedModel.tenant_id == scope.tenant_id,
        TrainedModel.created_at >= scope.since - timedelta(hours=1),
    )
    statement = statement.group_by(TrainedModel.algorithm).order_by(func.count().desc())
    return [Group(**row) for row in session.execute(statement).mappings()]


def slowest_products(session: Session, scope: Scope) -> list[ProductGroup]:
    name = func.coalesce(Product.name, "").label("name")
    identity = [Product.id.label("product_id"), Product.sku, Product.category]
    statement = _trainings(scope, select(name, *identity, *_columns(_TASK)))
    statement = statement.where(Product.id.is_not(None)).group_by(Product.id)
    slowest = func.percentile_cont(0.5).within_group(_TASK).desc()
    statement = statement.order_by(slowest, Product.sku).limit(scope.limit)
    return [ProductGroup(**row) for row in session.execute(statement).mappings()]


def by_step(session: Session, scope: Scope) -> list[Group]:
    """The steps of the pipeline, the one that takes most time in all first."""
    statement = (
        select(TrainingLog.step_name.label("name"), *_columns(_STEP))
        .join(TrainingJob, TrainingJob.id == TrainingLog.training_job_id)
        .outerjoin(Product, Product.id == TrainingLog.product_id)
        .where(
            TrainingLog.tenant_id == scope.tenant_id,
            TrainingJob.is_training,
            TrainingLog.execution_time_ms.is_not(None),
            TrainingLog.step_name.is_not(None),
            scope.within(TrainingLog.created_at),
            *scope.of_products(),
        )
        .group_by(TrainingLog.step_name)
        .order_by(func.sum(_STEP).desc(), TrainingLog.step_name)
    )
    return [Group(**row) for row in session.execute(statement).mappings()]


def days(session: Session, scope: Scope) -> list[Day]:
    day = scope.day(TrainingTask.completed_at).label("day")
    columns = [
        func.count().label("products"),
        func.percentile_cont(0.5).within_group(_TASK).label("p50"),
        func.percentile_cont(0.9).within_group(_TASK).label("p90"),
    ]
    statement = _trainings(scope, select(day, *columns)).group_by(day).order_by(day)
    return [Day(**row) for row in session.execute(statement).mappings()]


def _columns(seconds: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [
        func.count().label("count"),
        func.percentile_cont(0.5).within_group(seconds).label("p50"),
        func.percentile_cont(0.9).within_group(seconds).label("p90"),
        func.max(seconds).label("maximum"),
        func.sum(seconds).label("total"),
    ]


def _trainings(scope: Scope, statement: Query) -> Query:
    return (
        statement.select_from(TrainingTask)
        .outerjoin(Product, Product.id == TrainingTask.product_id)
        .where(
            TrainingTask.tenant_id == scope.tenant_id,
            TrainingTask.kind.not_in(WITHOUT_MODEL),
            TrainingTask.status == "completed",
            TrainingTask.skipped_reason.is_(None),
            scope.within(TrainingTask.completed_at),
            *scope.of_products(),
        )
    )
