"""Starts the trainings whose time has come.

Beat only asks for a look; what is due, and whether somebody else took it, is in the database.
"""

from dataclasses import replace
from uuid import UUID

import structlog

from core.setting_kinds import OFF
from db.jobs.requests import JobLimits
from db.operation import schedule_runs
from db.operation.audit import SERVICE
from worker.context import Context
from worker.database import UNAVAILABLE
from worker.dispatcher import dispatch_if_possible
from worker.origin import origin

log = structlog.get_logger(__name__)


def tick_schedules(context: Context) -> int:
    """Start what is due, each schedule in a transaction of its own; how many jobs there are."""
    _create_defaults(context)
    with context.sessions() as session:
        due = schedule_runs.due(session)
    started = sum(_run(context, schedule_id) for schedule_id in due)
    if started:
        dispatch_if_possible(context)
    return started


def _run(context: Context, schedule_id: UUID) -> bool:
    limits = JobLimits.from_settings(context.settings)
    try:
        with (
            origin(context, "scheduled training") as source,
            context.sessions.begin() as session,
        ):
            job = schedule_runs.run_if_due(
                session,
                schedule_id,
                limits,
                actor=replace(SERVICE, request_id=source.request_id),
                trace_context=source.trace_context,
            )
    except UNAVAILABLE:
        raise
    except Exception:  # a defect that one schedule meets must not hold up the others
        log.exception("schedule not run, left to the next tick", schedule_id=str(schedule_id))
        return False
    if job is None:
        return False
    log.info("schedule run", schedule_id=str(schedule_id), job_id=str(job.id))
    return True


def _create_defaults(context: Context) -> None:
    settings = context.settings
    if settings.default_retraining_cron == OFF:
        return
    with context.sessions.begin() as session:
        tenants = schedule_runs.create_defaults(
            session,
            cron=settings.default_retraining_cron,
            spread_minutes=settings.default_retraining_spread_minutes,
            time_zone=settings.default_time_zone,
        )
    if tenants:
        log.info("default schedules made", tenants=tenants)
