"""Where a watcher stands in the messages of a job before it gets any: the same for every way of
watching.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from api.errors import BadQueryError, NotFoundError
from api.services import Services
from db.tables import TERMINAL_STATUSES, TrainingJob


@dataclass(frozen=True, slots=True)
class Position:
    """`at_once` where every message counts by itself: a job over a file has one task, not many."""

    job_id: UUID
    after: int
    at_once: bool
    has_everything: bool


def find_position(services: Services, tenant_id: UUID, job_id: UUID, asked: str) -> Position:
    """Raises `NotFoundError`, or `BadQueryError` for a number that the job has not reached."""
    with services.sessions() as session:
        found = session.execute(
            select(TrainingJob.progress_seq, TrainingJob.kind, TrainingJob.status).where(
                TrainingJob.id == job_id, TrainingJob.tenant_id == tenant_id
            )
        ).one_or_none()
    if found is None:
        raise NotFoundError(f"There is no job {job_id}")
    newest: int = found.progress_seq
    if not (asked.isdecimal() and len(asked) <= 18 and int(asked) <= newest):
        raise BadQueryError(
            f"after={asked[:40]} is not accepted: it takes the seq of the last message received,"
            f" from 0 to {newest}"
        )
    return Position(
        job_id,
        after=int(asked),
        at_once=found.kind != "products",
        has_everything=found.status in TERMINAL_STATUSES and int(asked) == newest,
    )
