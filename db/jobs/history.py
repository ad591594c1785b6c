"""The jobs of a tenant: filtered, sorted, in pages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.pages import DEFAULT_LIMIT, Direction, Order, Page, by_creation, moment, whole_number
from db.tables import TrainingJob, TrainingTask

SortKey = Literal["created_at", "completed_at", "priority", "duration"]


def _microseconds(number: int) -> timedelta:
    return timedelta(microseconds=number)


def _duration(job: TrainingJob) -> int | None:
    if job.completed_at is None or job.started_at is None:
        return None
    return (job.completed_at - job.started_at) // timedelta(microseconds=1)


_ORDERS: Mapping[SortKey, Order[TrainingJob]] = {
    "created_at": by_creation(TrainingJob),
    "completed_at": Order(
        "completed_at",
        (TrainingJob.completed_at, TrainingJob.id),
        lambda job: (job.completed_at, job.id),
        (moment, UUID),
    ),
    "priority": Order(
        "priority",
        (TrainingJob.priority, TrainingJob.created_at, TrainingJob.id),
        lambda job: (job.priority, job.created_at, job.id),
        (whole_number, moment, UUID),
    ),
    "duration": Order(
        "duration",
        (TrainingJob.completed_at - TrainingJob.started_at, TrainingJob.id),
        lambda job: (_duration(job), job.id),
        (_microseconds, UUID),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs; what is None does not matter. `created_to` is the first moment not included."""

    status: str | None = None
    kind: str | None = None
    trigger: str | None = None
    job_name: str | None = None
    product_id: UUID | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


EVERYTHING = JobFilter()


def history(
    session: Session,
    tenant_id: UUID,
    *,
    wanted: JobFilter = EVERYTHING,
    sort: SortKey = "created_at",
    direction: Direction = "desc",
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[TrainingJob]:
    """The tenant's jobs, newest first unless told otherwise.

    Sorted by what only some jobs have (an end, a duration), the others are left out.
    """
    statement = select(TrainingJob).where(TrainingJob.tenant_id == tenant_id, *_conditions(wanted))
    order = _ORDERS[sort]
    return order.read(session, statement, limit=limit, cursor=cursor, direction=direction)


def _conditions(wanted: JobFilter) -> Iterator[ColumnElement[bool]]:
    equal = (
        (TrainingJob.status, wanted.status),
        (TrainingJob.kind, wanted.kind),
        (TrainingJob.trigger, wanted.trigger),
    )
    yield from (column == value for column, value in equal if value is not None)
    if wanted.job_name is not None:
        yield TrainingJob.job_name.icontains(wanted.job_name, autoescape=True)
    if wanted.product_id is not None:
        yield _trains(wanted.product_id)
    if wanted.created_from is not None:
        yield TrainingJob.created_at >= wanted.created_from
    if wanted.created_to is not None:
        yield TrainingJob.created_at < wanted.created_to


def _trains(product_id: UUID) -> ColumnElement[bool]:
    return (
        select(TrainingTask.id)
        .where(TrainingTask.job_id == TrainingJob.id, TrainingTask.product_id == product_id)
        .exists()
    )
