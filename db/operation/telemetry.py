"""Figures for Prometheus, computed from the rows when it asks, so that restarts and processes do
not matter. What deleted rows counted for is added, in the same statement, so that nothing that is
deleted meanwhile counts twice or not at all.

The first `max_tenants` tenants have a label of their own; the others share `other`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    case,
    cast,
    func,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped, Session

from db.jobs.workers import live_slots
from db.lifecycle.dispatch import in_flight
from db.operation.telemetry_totals import (
    ACCURACIES,
    BUCKETS,
    COUNT,
    DURATIONS,
    JOBS,
    MAES,
    MODELS,
    SUM,
    category_of_model,
)
from db.operation_tables import TelemetryTotal
from db.tables import (
    OPEN_STATUSES,
    TERMINAL_STATUSES,
    ModelMetrics,
    OutboxEvent,
    Tenant,
    TrainedModel,
    TrainingJob,
    TrainingTask,
)

OTHER = "other"


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts[i]` observations were at most `bounds[i]`; `count` in all."""

    bounds: tuple[int, ...]
    counts: tuple[int, ...]
    count: int
    total: float

    def plus(self, other: Self) -> Self:
        counts = tuple(map(sum, zip(self.counts, other.counts, strict=True)))
        return replace(
            self, counts=counts, count=self.count + other.count, total=self.total + other.total
        )


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
    quality = ModelMetrics.tenant_id
    seconds = func.extract("epoch", TrainingJob.completed_at - TrainingJob.started_at)
    duration_s = case((TrainingJob.is_training, seconds))
    return Telemetry(
        jobs=_ended_jobs(session, tenant),
        durations=_histograms(session, tenant, DURATIONS, TrainingJob.tenant_id, duration_s),
        models=_models(session, tenant),
        accuracies=_histograms(
            session, tenant, ACCURACIES, quality, ModelMetrics.accuracy_percentage
        ),
        maes=_histograms(session, tenant, MAES, quality, ModelMetrics.mae),
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
    there = (
        select(label, TrainingJob.status, func.count())
        .where(TrainingJob.status.in_(TERMINAL_STATUSES), TrainingJob.is_training)
        .group_by(label, TrainingJob.status)
    )
    return _counts(session, there, tenant, JOBS)


def _models(session: Session, tenant: TenantLabel) -> dict[tuple[str, str], int]:
    label = tenant(TrainedModel.tenant_id)
    category = category_of_model()
    there = select(label, category, func.count()).group_by(label, category)
    return _counts(session, there, tenant, MODELS)


def _counts(
    session: Session, there: Select[*tuple[Any, ...]], tenant: TenantLabel, series: str
) -> dict[tuple[str, str], int]:
    """By tenant and status or category: of the rows that are there and of those that were."""
    who = tenant(TelemetryTotal.tenant_id)
    gone: Select[*tuple[Any, ...]] = (
        select(who, TelemetryTotal.label, func.sum(TelemetryTotal.amount))
        .where(TelemetryTotal.series == series)
        .group_by(who, TelemetryTotal.label)
    )
    counts: Counter[tuple[str, str]] = Counter()
    for owner, label, count in session.execute(union_all(there, gone)):
        counts[owner, label] += round(count)
    return counts


def _histograms(
    session: Session,
    tenant: TenantLabel,
    series: str,
    owner: Mapped[UUID],
    value: SQLColumnExpression[Any],
) -> dict[str, Histogram]:
    bounds = BUCKETS[series]
    within = (func.count().filter(value <= bound) for bound in bounds)
    there: Select[*tuple[Any, ...]] = (
        select(tenant(owner), func.sum(value), func.count(), *within)
        .where(value.is_not(None))
        .group_by(tenant(owner))
    )
    gone: Select[*tuple[Any, ...]] = (
        select(tenant(TelemetryTotal.tenant_id), *map(_kept, (SUM, COUNT, *map(str, bounds))))
        .where(TelemetryTotal.series == series)
        .group_by(tenant(TelemetryTotal.tenant_id))
    )
    histograms: dict[str, Histogram] = {}
    for who, total, *counts in session.execute(union_all(there, gone)):
        new = Histogram(bounds, tuple(map(round, counts[1:])), round(counts[0]), float(total))
        histograms[who] = histograms[who].plus(new) if who in histograms else new
    return histograms


def _kept(label: str) -> ColumnElement[float]:
    return func.coalesce(func.sum(TelemetryTotal.amount).filter(TelemetryTotal.label == label), 0.0)


def _open_jobs(session: Session) -> tuple[int, int, float]:
    waiting = TrainingJob.status == "pending"
    statement = select(
        func.count().filter(waiting),
        func.count().filter(TrainingJob.status == "running"),
        _seconds_since(func.min(TrainingJob.created_at).filter(waiting)),
    ).where(TrainingJob.status.in_(OPEN_STATUSES))
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
