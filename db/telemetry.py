"""Figures for Prometheus, computed from the rows when it asks, so that restarts and processes do
not matter.

The first `max_tenants` tenants have a label of their own; the others share `other`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Text, case, cast, func, select
from sqlalchemy.orm import Mapped, Session

from db.dispatch import in_flight
from db.tables import (
    TERMINAL_STATUSES,
    ModelMetrics,
    OutboxEvent,
    Product,
    Tenant,
    TrainedModel,
    TrainingJob,
    TrainingTask,
)
from db.workers import live_slots

DURATION_BUCKETS = (10, 30, 60, 120, 300, 600, 1800, 3600)
ACCURACY_BUCKETS = (50, 60, 70, 75, 80, 85, 90, 95, 100)
MAE_BUCKETS = (1, 5, 10, 20, 30, 50, 100)
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts[i]` observations were at most `bounds[i]`; `count` in all."""

    bounds: tuple[int, ...]
    counts: tuple[int, ...]
    count: int
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """Keys of the mappings are label values: the tenant's id, with status or category where there
    is one.
    """

    jobs: dict[tuple[str, str], int]
    durations: dict[str, Histogram]
    models: dict[tuple[str, str], int]
    accuracies: dict[str, Histogram]
    maes: dict[str, Histogram]
    jobs_waiting: int
    jobs_running: int
    tasks_waiting: int
    tasks_in_flight: int
    oldest_wait_seconds: float
    live_slots: int
    outbox_events: int
    outbox_lag_seconds: float


def collect(session: Session, *, max_tenants: int) -> Telemetry:
    tenant = _tenant_label(max_tenants)
    waiting, running, oldest_wait_s = _open_jobs(session)
    events, lag_s = _outbox(session)
    quality = tenant(ModelMetrics.tenant_id)
    duration_s = func.extract("epoch", TrainingJob.completed_at - TrainingJob.started_at)
    return Telemetry(
        jobs=_ended_jobs(session, tenant),
        durations=_histograms(session, tenant(TrainingJob.tenant_id), duration_s, DURATION_BUCKETS),
        models=_models(session, tenant),
        accuracies=_histograms(
            session, quality, ModelMetrics.accuracy_percentage, ACCURACY_BUCKETS
        ),
        maes=_histograms(session, quality, ModelMetrics.mae, MAE_BUCKETS),
        jobs_waiting=waiting,
        jobs_running=running,
        tasks_waiting=_tasks_waiting(session),
        tasks_in_flight=in_flight(session),
        oldest_wait_seconds=oldest_wait_s,
        live_slots=live_slots(session),
        outbox_events=events,
        outbox_lag_seconds=lag_s,
    )


TenantLabel = Callable[[Mapped[UUID]], ColumnElement[str]]


def named_tenants(session: Session, max_tenants: int) -> set[str]:
    """The ids of the tenants that have a label of their own."""
    return set(map(str, session.scalars(_named(max_tenants))))


def _named(max_tenants: int) -> Select[UUID]:
    return select(Tenant.id).order_by(Tenant.created_at, Tenant.id).limit(max_tenants)


def _tenant_label(max_tenants: int) -> TenantLabel:
    named = _named(max_tenants)

    def label(column: Mapped[UUID]) -> ColumnElement[str]:
        return case((column.in_(named), cast(column, Text)), else_=OTHER)

    return label


def _ended_jobs(session: Session, tenant: TenantLabel) -> dict[tuple[str, str], int]:
    label = tenant(TrainingJob.tenant_id)
    statement = (
        select(label, TrainingJob.status, func.count())
        .where(TrainingJob.status.in_(TERMINAL_STATUSES))
        .group_by(label, TrainingJob.status)
    )
    return {(who, status): count for who, status, count in session.execute(statement)}


def _models(session: Session, tenant: TenantLabel) -> dict[tuple[str, str], int]:
    label = tenant(TrainedModel.tenant_id)
    category = func.coalesce(Product.category, TrainedModel.ml_task)
    statement = (
        select(label, category, func.count())
        .outerjoin(Product, Product.id == TrainedModel.product_id)
        .group_by(label, category)
    )
    return {(who, what): count for who, what, count in session.execute(statement)}


def _histograms(
    session: Session,
    label: ColumnElement[str],
    value: SQLColumnExpression[Any],
    bounds: tuple[int, ...],
) -> dict[str, Histogram]:
    within = [func.count().filter(value <= bound) for bound in bounds]
    statement = (
        select(label, func.count(), func.sum(value), *within)
        .where(value.is_not(None))
        .group_by(label)
    )
    return {
        who: Histogram(bounds, tuple(counts), count, float(total))
        for who, count, total, *counts in session.execute(statement)
    }


def _open_jobs(session: Session) -> tuple[int, int, float]:
    waiting = TrainingJob.status == "pending"
    statement = select(
        func.count().filter(waiting),
        func.count().filter(TrainingJob.status == "running"),
        _seconds_since(func.min(TrainingJob.created_at).filter(waiting)),
    ).where(TrainingJob.status.in_(("pending", "running")))
    waiting_jobs, running_jobs, seconds = session.execute(statement).one()
    return waiting_jobs, running_jobs, float(seconds)


def _tasks_waiting(session: Session) -> int:
    statement = select(func.count()).where(
        TrainingTask.status == "pending", TrainingTask.dispatched_at.is_(None)
    )
    return session.scalar(statement) or 0


def _outbox(session: Session) -> tuple[int, float]:
    statement = select(func.count(), _seconds_since(func.min(OutboxEvent.created_at))).where(
        OutboxEvent.published_at.is_(None)
    )
    events, seconds = session.execute(statement).one()
    return events, float(seconds)


def _seconds_since(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.extract("epoch", func.clock_timestamp() - moment), 0)
