"""Predictions of files: the job of each, and its result."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.lifecycle.outcomes import PredictionOutcome
from db.locks import FRESH
from db.pruning import MOST_AT_ONCE
from db.tables import BatchPrediction, TrainingJob


@dataclass(frozen=True, slots=True)
class PredictionJob:
    """A job and what became of its predictions."""

    job: TrainingJob
    prediction: BatchPrediction


def keep_result(session: Session, job_id: UUID, outcome: PredictionOutcome) -> None:
    """Record where the predictions of a job are stored."""
    prediction = session.get_one(BatchPrediction, job_id)
    prediction.result_digest = outcome.digest
    prediction.result_bytes = outcome.size
    prediction.rows_predicted = outcome.rows


def find_prediction(session: Session, tenant_id: UUID, job_id: UUID) -> PredictionJob | None:
    """None if the tenant has no such job."""
    found = session.execute(
        select(TrainingJob, BatchPrediction)
        .join(BatchPrediction, BatchPrediction.job_id == TrainingJob.id)
        .where(TrainingJob.id == job_id, TrainingJob.tenant_id == tenant_id)
    ).one_or_none()
    return None if found is None else PredictionJob(*found)


def has_file(session: Session, tenant_id: UUID, digest: str) -> bool:
    """Whether the tenant itself sent this file, for any job that is still known."""
    statement = select(TrainingJob.id).where(
        TrainingJob.tenant_id == tenant_id, TrainingJob.upload_digest == digest
    )
    return session.scalar(statement.limit(1)) is not None


def forget_results(session: Session, *, older_than: timedelta) -> int:
    """Name up to `MOST_AT_ONCE` results of jobs that ended so long ago no more; how many.

    Their bytes go with the orphans of the store.
    """
    old = (
        select(BatchPrediction.job_id)
        .join(TrainingJob, TrainingJob.id == BatchPrediction.job_id)
        .where(
            BatchPrediction.result_digest.is_not(None),
            TrainingJob.completed_at < func.now() - older_than,
        )
        .limit(MOST_AT_ONCE)
        .with_for_update(of=BatchPrediction, skip_locked=True)
    )
    forgotten = session.scalars(
        update(BatchPrediction)
        .where(BatchPrediction.job_id.in_(old))
        .values(result_digest=None)
        .returning(BatchPrediction.job_id),
        execution_options=FRESH,
    )
    return len(forgotten.all())
