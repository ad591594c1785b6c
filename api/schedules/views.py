"""Schedules: list, create, change, delete, run now."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response
from sqlalchemy.orm import Session

import celeryconfig
from api.actor import actor_of_request
from api.errors import NotFoundError
from api.idempotency import once_per_request
from api.jobs.creation import accepted
from api.jobs.schemas import AcceptedJob, StartRequest
from api.schedules.schemas import ChangeSchedule, CreateSchedule, LastJob, ScheduleAnswer
from api.schemas import Page, PageQuery
from api.services import Services
from core.cron import next_runs
from db.jobs.requests import JobLimits
from db.operation import schedule_runs, schedules, tenants
from db.operation.idempotency import JOB
from db.operation_tables import Schedule
from db.tables import TrainingJob

_RUNS_SHOWN = 3


def list_schedules(services: Services, tenant_id: UUID, query: PageQuery) -> Page[ScheduleAnswer]:
    with services.sessions() as session:
        page = schedules.list_schedules(session, tenant_id, limit=query.limit, cursor=query.cursor)
        answers = _answers(session, page.items)
    return Page[ScheduleAnswer](items=answers, next_cursor=page.next_cursor)


def create(services: Services, tenant_id: UUID, body: CreateSchedule) -> ScheduleAnswer:
    with services.sessions.begin() as session:
        schedule_id = once_per_request(
            session,
            tenant_id,
            "schedule",
            body,
            lambda: _create(session, services, tenant_id, body),
        )
        return _answer(session, _find(session, tenant_id, UUID(schedule_id)))


def detail(services: Services, tenant_id: UUID, schedule_id: UUID) -> ScheduleAnswer:
    with services.sessions() as session:
        return _answer(session, _find(session, tenant_id, schedule_id))


def change(
    services: Services, tenant_id: UUID, schedule_id: UUID, body: ChangeSchedule
) -> ScheduleAnswer:
    values = body.model_dump(exclude_none=True, exclude={"request"})
    if body.request is not None:
        values["request"] = _stated(body.request)
    with services.sessions.begin() as session:
        schedule = schedules.change(session, tenant_id, schedule_id, values, actor_of_request())
        if schedule is None:
            raise _not_found(schedule_id)
        session.flush()
        session.refresh(schedule)
        return _answer(session, schedule)


def delete(services: Services, tenant_id: UUID, schedule_id: UUID) -> Response:
    with services.sessions.begin() as session:
        if not schedules.remove(session, tenant_id, schedule_id, actor_of_request()):
            raise _not_found(schedule_id)
    return Response(status=204)


def run(services: Services, tenant_id: UUID, schedule_id: UUID) -> AcceptedJob:
    limits = JobLimits.from_settings(services.settings)
    with services.sessions.begin() as session:

        def start() -> str:
            schedule = _find(session, tenant_id, schedule_id)
            job = schedule_runs.run_now(
                session,
                schedule,
                limits,
                actor_of_request(),
                trace_context=services.tracing.traceparent(),
            )
            return str(job.id)

        job_id = once_per_request(session, tenant_id, JOB, f"run {schedule_id}", start)
        job = session.get_one(TrainingJob, UUID(job_id))
    services.send(celeryconfig.DISPATCH)
    return accepted(job)


def _create(session: Session, services: Services, tenant_id: UUID, body: CreateSchedule) -> str:
    own_time_zone = tenants.find(session, tenant_id).time_zone
    schedule = schedules.create(
        session,
        tenant_id,
        name=body.name,
        cron=body.cron,
        time_zone=body.time_zone or own_time_zone or services.settings.default_time_zone,
        request=_stated(body.request),
        actor=actor_of_request(),
        is_active=body.is_active,
    )
    return str(schedule.id)


def _stated(request: StartRequest) -> dict[str, object]:
    return request.model_dump(mode="json", exclude_unset=True, exclude_none=True)


def _find(session: Session, tenant_id: UUID, schedule_id: UUID) -> Schedule:
    schedule = schedules.find(session, tenant_id, schedule_id)
    if schedule is None:
        raise _not_found(schedule_id)
    return schedule


def _not_found(schedule_id: UUID) -> NotFoundError:
    return NotFoundError(f"There is no schedule {schedule_id}")


def _answer(session: Session, schedule: Schedule) -> ScheduleAnswer:
    return _answers(session, [schedule])[0]


def _answers(session: Session, found: Sequence[Schedule]) -> list[ScheduleAnswer]:
    last_jobs = schedules.last_jobs(session, found)
    return [_told(schedule, last_jobs) for schedule in found]


def _told(schedule: Schedule, last_jobs: Mapping[UUID, TrainingJob]) -> ScheduleAnswer:
    last_job = last_jobs.get(schedule.last_job_id) if schedule.last_job_id else None
    names = ScheduleAnswer.model_fields.keys() - {"next_runs", "last_job"}
    fields = {name: getattr(schedule, name) for name in names}
    return ScheduleAnswer.model_validate(
        fields | {"next_runs": _next_runs(schedule), "last_job": last_job and _last(last_job)}
    )


def _last(job: TrainingJob) -> LastJob:
    return LastJob.model_validate(
        {
            "job_id": job.id,
            "status": job.status,
            "created_at": job.created_at,
            "completed_at": job.completed_at,
        }
    )


def _next_runs(schedule: Schedule) -> list[datetime]:
    if not schedule.is_active:
        return []
    runs = next_runs(schedule.cron, schedule.time_zone, datetime.now(UTC))
    zone = ZoneInfo(schedule.time_zone)
    return [run.astimezone(zone) for run in islice(runs, _RUNS_SHOWN)]
