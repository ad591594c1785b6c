"""How long trainings take, learned from those that ended, and when a job will end if it goes on so.

A single training takes between the recorded median (P50) and the 90th percentile (P90). Many of
them take their mean each; what is uncertain about the sum grows with its root only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from db.tables import OPEN_STATUSES, TERMINAL_STATUSES, TrainingJob, TrainingTask
from db.tenancy import across_tenants
from db.workers import live_slots

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
    kind = "table" if job.kind == "upload" else "product"
    mine = _recorded(session, TrainingTask.tenant_id == job.tenant_id, TrainingTask.kind == kind)
    if mine is not None:
        return mine
    with across_tenants(session):
        return _recorded(session, TrainingTask.kind == kind)


def estimate(session: Session, job: TrainingJob) -> Estimate | None:
    """When the job will end; None when it has ended, nobody works, or too little is recorded.

    As if what is ahead in the line were trained first.
    """
    if job.status in TERMINAL_STATUSES:
        return None
    durations = recorded(session, job)
    if durations is None:
        return None
    with across_tenants(session):
        slots = live_slots(session)
        trainings, now = _trainings_left(session, job)
    if slots == 0:
        return None
    p50_s, p90_s = durations.until_done(trainings, slots)
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


def _trainings_left(session: Session, job: TrainingJob) -> tuple[float, datetime]:
    """What is open of this job and of those before it; a running one counts by its rest."""
    other = aliased(TrainingJob)
    is_before = or_(
        other.priority > job.priority,
        and_(
            other.priority == job.priority,
            tuple_(other.created_at, other.id) <= tuple_(job.created_at, job.id),
        ),
    )
    rest = case((TrainingTask.status == "running", 1 - TrainingTask.progress / 100), else_=1)
    left, now = session.execute(
        select(func.coalesce(func.sum(rest), 0), func.clock_timestamp())
        .select_from(TrainingTask)
        .join(other, other.id == TrainingTask.job_id)
        .where(
            TrainingTask.status.in_(OPEN_STATUSES),
            TrainingTask.kind != "shared",
            other.status.in_(OPEN_STATUSES),
            is_before,
        )
    ).one()
    return float(left), now
