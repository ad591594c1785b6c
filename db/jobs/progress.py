"""The progress messages of a job. Their numbers come from the job's row, so they have no gap and no
duplicate.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from core.progress import ProgressMessage
from db.base import Json
from db.pruning import delete_some
from db.tables import TERMINAL_STATUSES, StoredProgress, TrainingJob
from db.text import plain

DEFAULT_LIMIT = 500


def append(session: Session, job: TrainingJob, body: Json) -> ProgressMessage:
    """The body under the job's next number. The job is locked by this transaction
    (`db.locks.lock_job`).
    """
    job.progress_seq += 1
    numbered: Json = plain({"job_id": job.id, "seq": job.progress_seq, **body})
    session.add(StoredProgress(job_id=job.id, seq=job.progress_seq, body=numbered))
    return ProgressMessage(job_id=job.id, seq=job.progress_seq, body=numbered)


def since(
    session: Session, job_id: UUID, after: int, limit: int = DEFAULT_LIMIT
) -> list[ProgressMessage]:
    """The messages after a number, in order."""
    statement = (
        select(StoredProgress.seq, StoredProgress.body)
        .where(StoredProgress.job_id == job_id, StoredProgress.seq > after)
        .order_by(StoredProgress.seq)
        .limit(limit)
    )
    return [
        ProgressMessage(job_id=job_id, seq=seq, body=body)
        for seq, body in session.execute(statement)
    ]


def last_seq(session: Session, job_ids: Collection[UUID]) -> dict[UUID, int]:
    """The number of the newest message of each job; a job that does not exist is left out."""
    statement = select(TrainingJob.id, TrainingJob.progress_seq).where(TrainingJob.id.in_(job_ids))
    return {row.id: row.progress_seq for row in session.execute(statement)}


def prune(session: Session, *, older_than: timedelta) -> int:
    """Forget some messages, but not the last, of jobs that ended long ago; how many."""
    ended = exists().where(
        StoredProgress.job_id == TrainingJob.id,
        TrainingJob.status.in_(TERMINAL_STATUSES),
        TrainingJob.completed_at < func.now() - older_than,
        StoredProgress.seq < TrainingJob.progress_seq,
    )
    return delete_some(session, StoredProgress, ended)
