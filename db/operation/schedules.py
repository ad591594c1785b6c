"""Trainings that repeat, as their owner keeps them; `db.operation.schedule_runs` starts them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.cron import next_runs
from db.base import Json
from db.errors import AlreadyExistsError, QuotaExceededError, UnknownProductsError
from db.locks import FRESH
from db.operation import alerts, audit
from db.operation.audit import Actor
from db.operation_tables import Schedule
from db.pages import DEFAULT_LIMIT, Page, by_creation
from db.shop.catalogue import require_categories, resolve
from db.tables import TrainingJob

FAILING = "schedule_failing"
"""The kind of the alert about a schedule whose job could not be made."""

MOST_PER_TENANT = 100

_NAME_IS_TAKEN = "uq_training_schedules_tenant_id_name"

_BY_CREATION = by_creation(Schedule)


def create(
    session: Session,
    tenant_id: UUID,
    *,
    name: str,
    cron: str,
    time_zone: str,
    request: Json,
    actor: Actor,
    is_active: bool = True,
) -> Schedule:
    """A schedule.

    Raises `AlreadyExistsError` when the tenant has one of this name, `UnknownProductsError`,
    `UnknownCategoriesError`, or `QuotaExceededError`.
    """
    _require_room(session, tenant_id)
    _require_products(session, tenant_id, request)
    schedule = Schedule(
        tenant_id=tenant_id,
        name=name,
        cron=cron,
        time_zone=time_zone,
        request=request,
        is_active=is_active,
    )
    plan(session, schedule)
    session.add(schedule)
    _flush(session, name)
    told = {"name": name, "cron": cron, "time_zone": time_zone, "request": request}
    record(session, schedule, "create", actor, told)
    return schedule


def find(session: Session, tenant_id: UUID, schedule_id: UUID) -> Schedule | None:
    return session.scalar(
        select(Schedule).where(Schedule.id == schedule_id, Schedule.tenant_id == tenant_id)
    )


def list_schedules(
    session: Session, tenant_id: UUID, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[Schedule]:
    """The tenant's schedules, newest first."""
    statement = select(Schedule).where(Schedule.tenant_id == tenant_id)
    return _BY_CREATION.read(session, statement, limit=limit, cursor=cursor)


def last_jobs(session: Session, found: Sequence[Schedule]) -> dict[UUID, TrainingJob]:
    """The jobs that these schedules started last, by id."""
    ids = [schedule.last_job_id for schedule in found if schedule.last_job_id]
    jobs = session.scalars(select(TrainingJob).where(TrainingJob.id.in_(ids)))
    return {job.id: job for job in jobs}


def change(
    session: Session, tenant_id: UUID, schedule_id: UUID, values: Json, actor: Actor
) -> Schedule | None:
    """The schedule with new values. Another time, or going on after a pause, plans it anew.

    Raises what `create` does.
    """
    schedule = _locked(session, Schedule.id == schedule_id, Schedule.tenant_id == tenant_id)
    if schedule is None:
        return None
    _require_products(session, tenant_id, values.get("request", {}))
    for name, value in values.items():
        setattr(schedule, name, value)
    if values.keys() & {"cron", "time_zone", "is_active"}:
        plan(session, schedule)
    _flush(session, schedule.name)
    record(session, schedule, "change", actor, values)
    return schedule


def remove(session: Session, tenant_id: UUID, schedule_id: UUID, actor: Actor) -> bool:
    """Delete the schedule, not its jobs; whether there was one."""
    schedule = _locked(session, Schedule.id == schedule_id, Schedule.tenant_id == tenant_id)
    if schedule is None:
        return False
    session.delete(schedule)
    alerts.resolve_alert(session, tenant_id, FAILING, schedule_id)
    record(session, schedule, "delete", actor, {"name": schedule.name})
    return True


def plan(session: Session, schedule: Schedule) -> None:
    """Set when it runs next, if it is to run at all."""
    if schedule.is_active:
        moments = next_runs(schedule.cron, schedule.time_zone, database_time(session))
        schedule.next_run_at = next(moments, None)
    else:
        schedule.next_run_at = None


def record(session: Session, schedule: Schedule, action: str, actor: Actor, details: Json) -> None:
    """An audit line about the schedule."""
    audit.record(
        session,
        schedule.tenant_id,
        action,
        "schedule",
        schedule.id,
        actor=actor,
        details=details,
    )


def database_time(session: Session) -> datetime:
    """The clock that decides what is due, the same for all machines."""
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now


def _locked(session: Session, *conditions: Any) -> Schedule | None:
    statement = select(Schedule).where(*conditions).with_for_update()
    return session.scalars(statement, execution_options=FRESH).one_or_none()


def _require_room(session: Session, tenant_id: UUID) -> None:
    count = select(func.count()).where(Schedule.tenant_id == tenant_id)
    if (session.scalar(count) or 0) >= MOST_PER_TENANT:
        raise QuotaExceededError(
            "schedules",
            MOST_PER_TENANT,
            f"There are {MOST_PER_TENANT} schedules, as many as a tenant may have; delete one.",
        )


def _require_products(session: Session, tenant_id: UUID, request: Json) -> None:
    """A slip of the pen is told now, not in the night when the training does not start."""
    require_categories(session, tenant_id, request.get("categories") or ())
    resolved = resolve(session, tenant_id, request.get("products") or ())
    if resolved.unknown:
        raise UnknownProductsError(resolved.unknown)


def _flush(session: Session, name: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if _NAME_IS_TAKEN in str(error.orig):
            raise AlreadyExistsError(
                f"There is a schedule with the name {name!r} already"
            ) from None
        raise
