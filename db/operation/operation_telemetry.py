"""Figures of operation for all tenants together: queues, deliveries, alerts, schedules, sources."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from db.operation_tables import (
    Alert,
    CachedSource,
    Schedule,
    SourceHealth,
    WebhookDelivery,
)
from db.tables import TrainingTask

TASK_KINDS = ("shared", "product", "table", "prediction")
SCHEDULE_GRACE_S = 60
_NOW = func.clock_timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationTelemetry:
    """Keys of the mappings are label values."""

    queue: Mapping[str, int]
    oldest_wait_s: Mapping[str, float]
    deliveries: Mapping[str, int]
    alerts: Mapping[str, int]
    schedules_overdue: int
    cached_answers: Mapping[tuple[str, str], int]
    open_breakers: Mapping[str, int]


def collect_operation(session: Session) -> OperationTelemetry:
    queue, oldest = _queue(session)
    return OperationTelemetry(
        queue=queue,
        oldest_wait_s=oldest,
        deliveries=_deliveries(session),
        alerts=_counted(session, Alert.kind, Alert.resolved_at.is_(None)),
        schedules_overdue=_schedules_overdue(session),
        cached_answers=_cached_answers(session),
        open_breakers=_open_breakers(session),
    )


def _queue(session: Session) -> tuple[dict[str, int], dict[str, float]]:
    """Tasks that nobody has taken yet, and how long the oldest has waited, by kind."""
    waited = func.extract("epoch", _NOW - func.min(TrainingTask.created_at))
    statement = (
        select(TrainingTask.kind, func.count(), waited)
        .where(TrainingTask.status == "pending")
        .group_by(TrainingTask.kind)
    )
    counts = dict.fromkeys(TASK_KINDS, 0)
    oldest = dict.fromkeys(TASK_KINDS, 0.0)
    for kind, count, seconds in session.execute(statement):
        counts[kind], oldest[kind] = count, float(seconds)
    return counts, oldest


def _deliveries(session: Session) -> dict[str, int]:
    """Those that wait and that were given up, each by its index; of the many that arrived nobody
    needs to know how many are still remembered.
    """
    return {
        status: session.scalar(select(func.count()).where(WebhookDelivery.status == status)) or 0
        for status in ("pending", "failed")
    }


def _schedules_overdue(session: Session) -> int:
    due_before = _NOW - func.make_interval(0, 0, 0, 0, 0, 0, SCHEDULE_GRACE_S)
    statement = select(func.count()).where(Schedule.is_active, Schedule.next_run_at < due_before)
    return session.scalar(statement) or 0


def _cached_answers(session: Session) -> dict[tuple[str, str], int]:
    state = case((CachedSource.expires_at > _NOW, "fresh"), else_="stale")
    statement = (
        select(CachedSource.source, state, func.count())
        .where(CachedSource.payload.is_not(None))
        .group_by(CachedSource.source, state)
    )
    return {(source, which): count for source, which, count in session.execute(statement)}


def _open_breakers(session: Session) -> dict[str, int]:
    statement = select(SourceHealth.source, SourceHealth.open_until.is_not(None))
    return {source: int(is_open) for source, is_open in session.execute(statement)}


def _counted(session: Session, column: Any, *conditions: ColumnElement[bool]) -> dict[str, int]:
    statement = select(column, func.count()).where(*conditions).group_by(column)
    return {row[0]: row[1] for row in session.execute(statement)}
