"""The training log of a job: lines that people read afterwards."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.outcomes import LogLine
from db.tables import TrainingLog
from db.text import storable


def log_row(job_id: UUID, tenant_id: UUID, product_id: UUID | None, line: LogLine) -> TrainingLog:
    return TrainingLog(
        training_job_id=job_id,
        tenant_id=tenant_id,
        product_id=product_id,
        log_level=line.level,
        message=storable(line.message),
        step_name=None if line.step_name is None else storable(line.step_name, 100),
        execution_time_ms=line.execution_time_ms,
        details=None if line.details is None else dict(line.details),
    )


def last_lines(session: Session, job_id: UUID, limit: int = 100) -> list[TrainingLog]:
    """The newest lines of a job, oldest first."""
    statement = (
        select(TrainingLog)
        .where(TrainingLog.training_job_id == job_id)
        .order_by(TrainingLog.created_at.desc(), TrainingLog.id)
        .limit(limit)
    )
    return list(reversed(session.scalars(statement).all()))
