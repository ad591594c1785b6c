"""What the last message of a job tells about its result."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.base import Json
from db.lifecycle.registration import model_file_path
from db.models.metrics import metric_values
from db.tables import BatchPrediction, ModelMetrics, TrainedModel, TrainingJob, TrainingTask


def job_result(session: Session, job: TrainingJob, now: datetime) -> Json:
    """The counts of a job over products; of a file, its model, its predictions or what went
    wrong.
    """
    if job.kind == "products":
        return _products_result(session, job, now)
    if job.status != "completed":
        return _error(session, job)
    return upload_result(session, job) if job.is_training else _prediction_result(session, job)


def upload_result(session: Session, job: TrainingJob) -> Json:
    """The fields that end the training of an uploaded table."""
    model, metrics = session.execute(
        select(TrainedModel, ModelMetrics)
        .join(ModelMetrics, ModelMetrics.model_id == TrainedModel.id)
        .where(TrainedModel.training_job_id == job.id)
    ).one()
    model_path = model_file_path(model.public_id, "model.pkl")
    preprocessing_path = model_file_path(model.public_id, "preprocessing.pkl")
    values = metric_values(metrics)
    seconds = values.get("total_time_seconds") or model.training_duration_seconds or 0
    return {
        "algorithm": model.algorithm,
        "metrics": values,
        "model_id": model.public_id,
        "model_file_path": model_path,
        "preprocessing_file_path": preprocessing_path,
        "logs": [
            f"Model saved: {model.public_id}",
            f"Model file: {model_path}",
            f"Preprocessing file: {preprocessing_path}",
            f"Total training time: {seconds:.2f} seconds",
        ],
    }


def mean_accuracy(accuracies: Sequence[float | None]) -> float | None:
    known = [accuracy for accuracy in accuracies if accuracy is not None]
    return round(sum(known) / len(known), 2) if known else None


def training_seconds(job: TrainingJob, now: datetime) -> int:
    return 0 if job.started_at is None else max(0, round((now - job.started_at).total_seconds()))


def _products_result(session: Session, job: TrainingJob, now: datetime) -> Json:
    average = session.scalar(
        select(func.avg(ModelMetrics.accuracy_percentage))
        .join(TrainedModel, TrainedModel.id == ModelMetrics.model_id)
        .where(TrainedModel.training_job_id == job.id)
    )
    return {
        "successful_trainings": job.products_completed,
        "failed_trainings": job.products_failed,
        "cancelled_trainings": job.products_cancelled,
        "skipped_trainings": job.products_skipped,
        "total_products": job.products_total,
        "average_accuracy": None if average is None else round(average, 2),
        "training_duration_seconds": training_seconds(job, now),
    }


def _prediction_result(session: Session, job: TrainingJob) -> Json:
    prediction = session.get_one(BatchPrediction, job.id)
    return {
        "model_id": prediction.model_public_id,
        "rows_predicted": prediction.rows_predicted,
        "result_bytes": prediction.result_bytes,
        "result_digest": prediction.result_digest,
    }


def _error(session: Session, job: TrainingJob) -> Json:
    task = session.scalars(select(TrainingTask).where(TrainingTask.job_id == job.id)).one()
    return {
        "error_type": task.error_type,
        "error_message": task.error_message,
        "recommended_action": task.recommended_action,
    }
