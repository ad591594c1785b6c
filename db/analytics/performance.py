"""How trainings go: how many succeed, why others fail, and what was saved by skipping."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import Grouping

from db.analytics.basis import Query, Scope, share
from db.tables import STATUSES, WITHOUT_MODEL, Product, TrainedModel, TrainingJob, TrainingTask

_TRAINED = (TrainingTask.status == "completed") & TrainingTask.skipped_reason.is_(None)
_SKIPPED = (TrainingTask.status == "completed") & TrainingTask.skipped_reason.is_not(None)
_FAILED = TrainingTask.status == "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """Jobs that were asked for in the period; the rate is of those that ended by themselves."""

    total: int
    by_status: dict[str, int]
    by_trigger: dict[str, int]
    success_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """Trainings of single products that ended in the period."""

    trained: int
    skipped: int
    failed: int
    cancelled: int
    degraded: int
    success_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    day: date
    trained: int
    skipped: int
    failed: int
    success_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error type, with what the newest of them recommends."""

    error_type: str
    count: int
    products: int
    severity: str | None
    recommended_action: str | None
    example: str | None
    last_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Trainings that were not needed, and how long those took that made the kept models."""

    products_skipped: int
    seconds: int


def jobs(session: Session, scope: Scope) -> Jobs:
    statement = select(TrainingJob.status, TrainingJob.trigger, func.count()).where(
        TrainingJob.tenant_id == scope.tenant_id,
        TrainingJob.is_training,
        scope.within(TrainingJob.created_at),
    )
    if scope.is_of_some_products:
        of_job = _tasks(scope, select(TrainingTask.job_id)).where(
            TrainingTask.created_at >= scope.since
        )
        statement = statement.where(TrainingJob.id.in_(of_job))
    by_status = dict.fromkeys(STATUSES, 0)
    by_trigger: dict[str, int] = {}
    grouped = statement.group_by(TrainingJob.status, TrainingJob.trigger)
    for status, trigger, count in session.execute(grouped):
        by_status[status] += count
        by_trigger[trigger] = by_trigger.get(trigger, 0) + count
    succeeded, failed = by_status["completed"], by_status["failed"]
    return Jobs(
        total=sum(by_status.values()),
        by_status=by_status,
        by_trigger=by_trigger,
        success_rate=share(succeeded, succeeded + failed),
    )


def products(session: Session, scope: Scope) -> Products:
    counts = [
        func.count().filter(_TRAINED),
        func.count().filter(_SKIPPED),
        func.count().filter(_FAILED),
        func.count().filter(TrainingTask.status == "cancelled"),
        func.count().filter(TrainingTask.degraded_reason.is_not(None)),
    ]
    row = session.execute(_ended(scope, select(*counts))).one()
    trained, skipped, failed, cancelled, degraded = row
    return Products(
        trained=trained,
        skipped=skipped,
        failed=failed,
        cancelled=cancelled,
        degraded=degraded,
        success_rate=share(trained + skipped, trained + skipped + failed),
    )


def before(scope: Scope) -> Scope:
    """The period of the same length before, to compare with."""
    return replace(scope, since=scope.since - (scope.until - scope.since), until=scope.since)


def days(session: Session, scope: Scope) -> list[Day]:
    """Every day on which something ended."""
    day = scope.day(TrainingTask.completed_at).label("day")
    counts = [func.count().filter(what) for what in (_TRAINED, _SKIPPED, _FAILED)]
    statement = _ended(scope, select(day, *counts)).group_by(day).order_by(day)
    return [
        Day(
            day=when,
            trained=trained,
            skipped=skipped,
            failed=failed,
            success_rate=share(trained + skipped, trained + skipped + failed),
        )
        for when, trained, skipped, failed in session.execute(statement)
    ]


def failures(session: Session, scope: Scope) -> Sequence[Failure]:
    """The most frequent first."""
    count = func.count().label("count")
    statement = _ended(
        scope,
        select(
            TrainingTask.error_type,
            count,
            func.count(TrainingTask.product_id.distinct()).label("products"),
            _newest(TrainingTask.severity).label("severity"),
            _newest(TrainingTask.recommended_action).label("recommended_action"),
            _newest(TrainingTask.error_message).label("example"),
            func.max(TrainingTask.completed_at).label("last_seen"),
        ),
    )
    statement = statement.where(_FAILED, TrainingTask.error_type.is_not(None))
    statement = statement.group_by(TrainingTask.error_type).order_by(
        count.desc(), TrainingTask.error_type
    )
    rows = session.execute(statement.limit(scope.limit)).mappings()
    return [Failure(**row) for row in rows]


def saved(session: Session, scope: Scope) -> Saved:
    statement = _ended(
        scope,
        select(func.count(), func.coalesce(func.sum(TrainedModel.training_duration_seconds), 0)),
    )
    statement = statement.outerjoin(TrainedModel, TrainedModel.id == TrainingTask.kept_model_id)
    skipped, seconds = session.execute(statement.where(_SKIPPED)).one()
    return Saved(products_skipped=skipped, seconds=int(seconds))


def per_day(counted: int, scope: Scope) -> float:
    return round(counted / max((scope.until - scope.since) / timedelta(days=1), 1.0), 2)


def _newest(column: Any) -> ColumnElement[Any]:
    """The value of the group's last row."""
    values = func.array_agg(column).aggregate_order_by(TrainingTask.completed_at.desc())
    newest: ColumnElement[Any] = Grouping(values)[1]  # its index would bind to ORDER BY without
    return newest


def _tasks(scope: Scope, statement: Query) -> Query:
    return (
        statement.select_from(TrainingTask)
        .outerjoin(Product, Product.id == TrainingTask.product_id)
        .where(
            TrainingTask.tenant_id == scope.tenant_id,
            TrainingTask.kind.not_in(WITHOUT_MODEL),
            *scope.of_products(),
        )
    )


def _ended(scope: Scope, statement: Query) -> Query:
    return _tasks(scope, statement).where(scope.within(TrainingTask.completed_at))
