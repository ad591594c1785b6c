"""The sentences about jobs and tasks that people read."""

from typing import Any

from db.tables import TrainingJob, TrainingTask
from db.text import storable

STOPPING = "Stopping on request"
CANCELLED = "Stopped on request"
AFTER_TIMEOUT = (
    "Retry the job: it trains what is missing, with a new time limit. If that is not enough, start"
    " a training with a longer time limit (timeout_seconds), train fewer products at once, or add"
    " workers"
)

_FILE_DONE = {
    "upload": "Model training completed successfully",
    "prediction": "The file is predicted",
}
AFTER_PREDICTION_TIMEOUT = (
    "Retry the job with a longer time limit (timeout_seconds), predict smaller files, or choose a"
    " faster candidate of the model"
)


def job_started(job: TrainingJob) -> str:
    if job.kind == "upload":
        return "Training started"
    if not job.is_training:
        return "Prediction of the file started"
    return f"Training of {_products(job.products_total)} started"


def task_started(task: TrainingTask) -> str:
    if task.kind == "shared":
        return "Learning what all products have in common"
    if task.kind == "prediction":
        return "Prediction started"
    return f"Training of {task.product_name or 'the table'} started"


def step_of_job(task: TrainingTask, message: str) -> str:
    return f"{task.product_name}: {message}" if task.kind == "product" else message


def retrying(task: TrainingTask) -> str:
    reason = task.error_message or "The worker was shut down."
    attempt = f"Attempt {task.attempt} of {task.max_attempts}"
    return f"{attempt} did not finish: {reason} It will be tried again."


def job_ended(job: TrainingJob) -> str:
    if job.status == "cancelled":
        return CANCELLED
    if job.kind in _FILE_DONE:
        return job.error_message or _FILE_DONE[job.kind]
    if job.products_skipped == job.products_total:
        if job.products_total == 1:
            return "Nothing changed since the product was trained"
        return f"Nothing changed since all {_products(job.products_total)} were trained"
    trained = job.products_completed - job.products_skipped
    if trained == job.products_total:
        if job.products_total == 1:
            return "The product is trained"
        return f"All {_products(job.products_total)} are trained"
    parts = [f"{trained} of {_products(job.products_total)} are trained"]
    if job.products_skipped:
        parts.append(f"{job.products_skipped} unchanged")
    if job.products_failed:
        parts.append(f"{job.products_failed} failed")
    if job.products_cancelled:
        parts.append(f"{job.products_cancelled} cancelled")
    return ", ".join(parts)


def job_failed(job: TrainingJob, first_error: str | None) -> str:
    reason = first_error or "no reason was recorded"
    if job.products_total == 1:
        return reason
    return f"None of the {job.products_total} products could be trained. First reason: {reason}"


def problem(
    error_type: str, message: str, recommended_action: str, severity: str
) -> dict[str, Any]:
    """The columns of a task that tell what went wrong."""
    return {
        "error_type": storable(error_type, 100),
        "error_message": storable(message),
        "recommended_action": storable(recommended_action),
        "severity": storable(severity, 20),
    }


def worker_lost(attempt: int) -> dict[str, Any]:
    return problem(
        "WorkerLostError",
        f"The worker stopped without finishing (attempt {attempt}).",
        "Start it again; if it happens again, give the workers more memory",
        "high",
    )


def timed_out(job: TrainingJob) -> dict[str, Any]:
    if not job.is_training:
        return problem(
            "TrainingTimeoutError",
            f"The job reached its time limit of {duration(job.timeout_seconds)} before the file"
            " was predicted.",
            AFTER_PREDICTION_TIMEOUT,
            "high",
        )
    return problem(
        "TrainingTimeoutError",
        f"The job reached its time limit of {duration(job.timeout_seconds)} "
        "before this part was trained. Models that were finished before are kept.",
        AFTER_TIMEOUT,
        "high",
    )


def duration(seconds: int) -> str:
    """A length of time in the largest unit that is exact."""
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            return _counted(seconds // size, unit)
    return _counted(seconds, "second")


def _products(count: int) -> str:
    return _counted(count, "product")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
