"""What the products of a job shared while it ran; afterwards only jobs that learn from the same ask
for it.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from db.tables import TERMINAL_STATUSES, ModelArtifact, TrainingJob


def newest(session: Session, tenant_id: UUID, *, at_most: int) -> Sequence[str]:
    """The manifests of the newest ones of a tenant, the newest first."""
    statement = (
        select(TrainingJob.shared_artifact)
        .where(TrainingJob.tenant_id == tenant_id, TrainingJob.shared_artifact.is_not(None))
        .order_by(TrainingJob.created_at.desc(), TrainingJob.id.desc())
        .limit(at_most)
    )
    return [digest for digest in session.scalars(statement) if digest is not None]


def forget(session: Session, *, older_than: timedelta, at_most: int) -> dict[str, int]:
    """Forget those of jobs that ended so long ago; what may now be deleted from the store, as of a
    deleted model (bytes by digest, a manifest as 0).
    """
    jobs = session.execute(
        select(TrainingJob.id, TrainingJob.shared_artifact)
        .where(
            TrainingJob.shared_artifact.is_not(None),
            TrainingJob.status.in_(TERMINAL_STATUSES),
            TrainingJob.completed_at < func.now() - older_than,
        )
        .order_by(TrainingJob.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    ).all()
    ids = [job.id for job in jobs]
    files = session.execute(
        delete(ModelArtifact)
        .where(ModelArtifact.training_job_id.in_(ids))
        .returning(ModelArtifact.checksum, ModelArtifact.file_size_bytes)
    ).all()
    session.execute(update(TrainingJob).where(TrainingJob.id.in_(ids)).values(shared_artifact=None))
    manifests = {job.shared_artifact: 0 for job in jobs}
    return manifests | {file.checksum: file.file_size_bytes for file in files}
