"""One job, as its owner asks for it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import TrainingJob


def find_job(session: Session, tenant_id: UUID, job_id: UUID) -> TrainingJob | None:
    return session.scalar(
        select(TrainingJob).where(TrainingJob.id == job_id, TrainingJob.tenant_id == tenant_id)
    )
