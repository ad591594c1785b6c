"""The order in which rows are locked, which excludes deadlocks.

1. The job's row, first. A transaction that needs several jobs takes them by ascending id.
2. Rows of its tasks.
3. The product's row, when a model is registered.

The dispatcher stands outside this order: it skips rows that are locked (`SKIP LOCKED`), so it waits
for nobody.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from db.tables import TrainingJob

# A row that is already in the session is read again: only what is read under the lock counts.
FRESH: dict[str, Any] = {"populate_existing": True, "synchronize_session": False}


def lock_job(session: Session, job_id: UUID) -> tuple[TrainingJob, datetime] | None:
    """The job, locked until the transaction ends, and the database's time; None if there is no such
    job.
    """
    row = session.execute(
        _locking(select(TrainingJob, func.clock_timestamp()).where(TrainingJob.id == job_id)),
        execution_options=FRESH,
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def _locking(statement: Select[Any]) -> Select[Any]:
    return statement.with_for_update(of=TrainingJob)
