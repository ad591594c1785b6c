"""The lease of a running task, and what its worker learns with it."""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from db.lifecycle.guards import held_by
from db.lifecycle.tokens import LeaseTerms, Token
from db.locks import FRESH
from db.tables import TrainingJob, TrainingTask

_TERMS = (
    TrainingJob.stop_mode,
    TrainingJob.deadline_at,
    func.extract("epoch", TrainingJob.deadline_at - func.clock_timestamp()),
)


def renew(session: Session, token: Token, *, lease_s: float) -> LeaseTerms | None:
    """A longer lease and whether the work is still wanted; None when the lease was lost."""
    statement = (
        update(TrainingTask)
        .where(*held_by(token), TrainingJob.id == TrainingTask.job_id)
        .values(lease_expires_at=func.clock_timestamp() + timedelta(seconds=lease_s))
        .returning(*_TERMS)
    )
    return _terms(session.execute(statement, execution_options=FRESH).one_or_none())


def terms_of(session: Session, token: Token) -> LeaseTerms | None:
    """What `renew` tells, without writing: every running task asks for it every second."""
    statement = select(*_TERMS).join(TrainingTask, TrainingTask.job_id == TrainingJob.id)
    return _terms(session.execute(statement.where(*held_by(token))).one_or_none())


def _terms(row: Row[str | None, datetime | None, float] | None) -> LeaseTerms | None:
    if row is None:
        return None
    stop_mode, deadline_at, seconds_left = row
    return LeaseTerms(
        stop_mode=stop_mode,
        deadline_at=cast("datetime", deadline_at),  # a running job has one, the table checks it
        seconds_left=float(seconds_left),
    )
