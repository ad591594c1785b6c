"""How long trainings take, learned from those that ended, and when a job will end if it goes on so.

A single training takes between the recorded median (P50) and the 90th percentile (P90). Many of
them take their mean each; what is uncertain about the sum grows with its root only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from db.jobs.workers import live_slots
from db.operation.quotas import running_tasks_limit
from db.tables import OPEN_STATUSES, TERMINAL_STATUSES, TrainingJob, TrainingTask
from db.tenancy import across_tenants

_TASK_OF_JOB = {"products": "product", "upload": "table", "prediction": "prediction"}
RECENT = 200
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Durations:
    """Seconds of recent trainings of one kind."""

    count: int
    mean_s: float
    p50_s: float
    p90_s: float

    def until_done(self, trainings: float, slots: int) -> tuple[float, float]:
        """P50 and P90 of the seconds that so many trainings take, so many at a time."""
        rounds = trainings / slots
        if rounds <= 1:
            share = min(1.0, trainings)
            return share * self.p50_s, share * self.p90_s
        typical_s = max(self.p50_s, rounds * self.mean_s)
        return typical_s, typical_s + (self.p90_s - self.p50_s) * sqrt(rounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """When a job will probably have ended: as likely before as after P50, rarely after P90."""

    p50: datetime
    p90: datetime
    trainings_recorded: int


def recorded(session: Session, job: TrainingJob) -> Durations | None:
    """Those of the tenant, or of everybody while it has too few; None where these are few, too."""
    kind = _TASK_OF_JOB[job.kind]
    mine = _recorded(session, TrainingTask.tenant_id == job.tenant_id, TrainingTask.kind == kind)
    if mine is not None:
        return mine
    with across_tenants(session):
        return _recorded(session, TrainingTask.kind == kind)


def estimate(
    session: Session, job: TrainingJob, max_running_tasks: int | None = None
) -> Estimate | None:
    """When the job will end; None when it has ended, nobody works, or too little is recorded.

    As if what is ahead in the line were trained first, in turns with the other tenants, and never
    more at a time than the tenant may have.
    """
    if job.status in TERMINAL_STATUSES:
        return None
    durations = recorded(session, job)
    if durations is None:
        return None
    with across_tenants(session):
        slots = live_slots(session)
        own, others = _trainings_left(session, job)
        limit = running_tasks_limit(session, job.tenant_id, max_running_tasks)
        now = session.scalars(select(func.clock_timestamp())).one()
    if slots == 0:
        return None
    p50_s, p90_s = durations.until_done(own + others, slots)
    if limit is not None and limit < slots:
        p50_s, p90_s = max((p50_s, p90_s), durations.until_done(own, limit))
    return Estimate(
        p50=now + timedelta(seconds=p50_s),
        p90=now + timedelta(seconds=p90_s),
        trainings_recorded=durations.count,
    )


def _recorded(session: Session, *which: ColumnElement[bool]) -> Durations | None:
    seconds = func.extract("epoch", TrainingTask.completed_at - TrainingTask.started_at)
    recent = (
        select(seconds.label("seconds"))
        .where(*which, TrainingTask.status == "completed", TrainingTask.skipped_reason.is_(None))
        .order_by(TrainingTask.completed_at.desc())
        .limit(RECENT)
        .subquery()
    )
    count, mean_s, p50_s, p90_s = session.execute(
        select(
            func.count(recent.c.seconds),
            func.avg(recent.c.seconds),
            func.percentile_cont(0.5).within_group(recent.c.seconds),
            func.percentile_cont(0.9).within_group(recent.c.seconds),
        )
    ).one()
    return Durations(count, float(mean_s), p50_s, p90_s) if count >= FEWEST else None


def _trainings_left(session: Session, job: TrainingJob) -> tuple[float, float]:
    """What the tenant has open up to the end of this job, and what others get trained meanwhile.

    Tenants of the same priority take turns: each gets at most as many as this one.
    """
    other = aliased(TrainingJob)
    is_own = other.tenant_id == job.tenant_id
    is_more_urgent = other.priority > job.priority
    is_in_turn = and_(
        other.priority == job.priority,
        or_(~is_own, tuple_(other.created_at, other.id) <= tuple_(job.created_at, job.id)),
    )
    rest = case((TrainingTask.status == "running", 1 - TrainingTask.progress / 100), else_=1)
    left = session.execute(
        select(
            is_own.label("is_own"),
            func.coalesce(func.sum(rest).filter(is_more_urgent), 0).label("before"),
            func.coalesce(func.sum(rest).filter(is_in_turn), 0).label("in_turn"),
        )
        .select_from(TrainingTask)
        .join(other, other.id == TrainingTask.job_id)
        .where(
            TrainingTask.status.in_(OPEN_STATUSES),
            TrainingTask.kind != "shared",
            other.status.in_(OPEN_STATUSES),
            or_(is_more_urgent, is_in_turn),
        )
        .group_by(other.tenant_id)
    ).all()
    own = sum(float(row.before + row.in_turn) for row in left if row.is_own)
    others = sum(float(row.before) + min(float(row.in_turn), own) for row in left if not row.is_own)
    return own, others
