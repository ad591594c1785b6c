"""Schedules come due. Whoever moves `next_run_at` of a locked row starts the job in the same
transaction, so each run happens once, however many look.
"""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from core.cron import runs_between, shifted
from db.errors import RecordError
from db.jobs.requests import JobLimits, JobRequest, start_products
from db.jobs.retraining import retrain
from db.locks import FRESH
from db.operation import alerts
from db.operation.audit import SERVICE, Actor
from db.operation.schedules import FAILING, create, database_time, plan, record
from db.operation_tables import Schedule
from db.tables import Product, Tenant, TrainingJob

DEFAULT_NAME = "Weekly retraining"

_ABOUT_THE_JOB = frozenset(
    {"products", "categories", "job_name", "priority", "timeout_seconds", "force"}
)
_TENANTS_AT_ONCE = 100


def run_now(
    session: Session,
    schedule: Schedule,
    limits: JobLimits,
    actor: Actor,
    *,
    trace_context: str | None = None,
) -> TrainingJob:
    """A job at once, whatever waits; the plan stays as it is. Raises what `start_products` does."""
    asked = _job_request(schedule, actor, trace_context)
    job, _ = start_products(session, schedule.tenant_id, asked, limits)
    schedule.last_job_id = job.id
    _succeeded(session, schedule)
    record(session, schedule, "run", actor, {"job_id": str(job.id)})
    return job


def due(session: Session) -> Sequence[UUID]:
    """The schedules whose time has come, the longest overdue first."""
    is_due = (Schedule.is_active, Schedule.next_run_at <= func.now())
    return session.scalars(select(Schedule.id).where(*is_due).order_by(Schedule.next_run_at)).all()


def run_if_due(
    session: Session,
    schedule_id: UUID,
    limits: JobLimits,
    *,
    actor: Actor = SERVICE,
    trace_context: str | None = None,
) -> TrainingJob | None:
    """Start the job of a schedule that is still due and nobody else is looking at.

    Times that passed unseen are made up for by one run. A job that cannot be made is noted, raises
    an alert, and is tried again at the next time.
    """
    schedule = _take(session, schedule_id)
    if schedule is None or schedule.next_run_at is None:
        return None
    now = database_time(session)
    schedule.missed_runs = runs_between(
        schedule.cron, schedule.time_zone, schedule.next_run_at, now
    )
    schedule.last_run_at = now
    plan(session, schedule)
    try:
        with session.begin_nested():
            asked = _job_request(schedule, actor, trace_context)
            job, _ = retrain(session, schedule.tenant_id, asked, limits)
    except RecordError as error:
        _failed(session, schedule, str(error))
        return None
    schedule.last_job_id = job.id
    _succeeded(session, schedule)
    told = {"job_id": str(job.id), "missed_runs": schedule.missed_runs}
    record(session, schedule, "run", actor, told)
    return job


def create_defaults(session: Session, *, cron: str, spread_minutes: int, time_zone: str) -> int:
    """A weekly retraining for each tenant that has products and never had one; how many.

    Tenants are spread over some minutes, each always at the same one.
    """
    has_products = exists().where(Product.tenant_id == Tenant.id, Product.is_active)
    tenants = session.scalars(
        select(Tenant)
        .where(Tenant.default_schedule_made_at.is_(None), has_products)
        .limit(_TENANTS_AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for tenant in tenants:
        tenant.default_schedule_made_at = database_time(session)
        if not _has_schedules(session, tenant.id):
            create(
                session,
                tenant.id,
                name=DEFAULT_NAME,
                cron=shifted(cron, _offset(tenant.id, spread_minutes)),
                time_zone=tenant.time_zone or time_zone,
                request={},
                actor=SERVICE,
            )
    return len(tenants)


def _take(session: Session, schedule_id: UUID) -> Schedule | None:
    statement = select(Schedule).where(
        Schedule.id == schedule_id, Schedule.is_active, Schedule.next_run_at <= func.now()
    )
    statement = statement.with_for_update(skip_locked=True)
    return session.scalars(statement, execution_options=FRESH).one_or_none()


def _has_schedules(session: Session, tenant_id: UUID) -> bool:
    return bool(session.scalar(select(exists().where(Schedule.tenant_id == tenant_id))))


def _offset(tenant_id: UUID, minutes: int) -> int:
    return int.from_bytes(hashlib.sha256(tenant_id.bytes).digest()[:4]) % (minutes + 1)


def _job_request(schedule: Schedule, actor: Actor, trace_context: str | None) -> JobRequest:
    asked = schedule.request
    products, categories = asked.get("products"), asked.get("categories")
    return JobRequest(
        products=None if products is None else tuple(products),
        categories=None if categories is None else tuple(categories),
        job_name=asked.get("job_name") or schedule.name,
        priority=asked.get("priority", 0),
        timeout_s=asked.get("timeout_seconds"),
        options={name: value for name, value in asked.items() if name not in _ABOUT_THE_JOB},
        force=asked.get("force", False),
        trigger="schedule",
        actor=actor,
        trace_context=trace_context,
    )


def _failed(session: Session, schedule: Schedule, reason: str) -> None:
    schedule.last_error = reason
    alerts.raise_alert(
        session,
        schedule.tenant_id,
        FAILING,
        schedule.id,
        severity="medium",
        message=f"The schedule {schedule.name!r} could not start its training: {reason}",
        recommended_action="Change the schedule or what it trains; it is tried again at its next"
        " time",
        details={"cron": schedule.cron, "time_zone": schedule.time_zone},
    )


def _succeeded(session: Session, schedule: Schedule) -> None:
    schedule.last_error = None
    alerts.resolve_alert(session, schedule.tenant_id, FAILING, schedule.id)
