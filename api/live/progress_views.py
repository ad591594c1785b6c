"""The one progress record in the formats of the two documents.

`forecast_view` is the Training Service's, for `WS /api/v1/training/ws/{job_id}`; `studio_view` is
Model Studio's, for `WS /api/model-studio/ws/train-from-parquet`.
"""

from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]

_FORECAST_TYPES = {
    "job_completed": "training_completed",
    "job_failed": "training_failed",
    "job_cancelled": "training_cancelled",
}
_TOLD_BY_THE_JOB = frozenset({"task_completed", "task_failed", "task_cancelled"})
_FIRST_PHASE = "data_loading"
_ENDING_METRICS = (
    "algorithm",
    "train_accuracy",
    "test_accuracy",
    "train_r2",
    "test_r2",
    "total_time_seconds",
)
"""They are in every ending, whatever the task; null where the task knows no such figure."""


def forecast_view(record: Record) -> Record:
    """A message of the Training Service document; every one carries `progress`."""
    job = record["job"]
    return {
        "type": _FORECAST_TYPES.get(record["event"], "training_progress"),
        "event": record["event"],
        "job_id": record["job_id"],
        "seq": record["seq"],
        "status": job["status"],
        "progress": {
            "percentage": job["percentage"],
            "current_step": job["current_step"],
            "products_completed": job["products_completed"],
            "products_failed": job["products_failed"],
            "products_total": job["products_total"],
            "estimated_time_remaining": job["eta_seconds"],
            "started_at": job["started_at"],
        },
        "product": record["task"],
        "result": record["result"],
        "timestamp": record["timestamp"],
    }


def studio_view(record: Record) -> Record | None:
    """A message of the Model Studio document.

    The end of the job's only task is not told: the end of the job follows it at once.
    """
    event = record["event"]
    if event in _TOLD_BY_THE_JOB:
        return None
    common = {"job_id": record["job_id"], "seq": record["seq"], "timestamp": record["timestamp"]}
    if event == "job_completed":
        return _completed(record) | common
    if event in {"job_failed", "job_cancelled"}:
        return {"type": "error", "message": _reason(record)} | common
    return _progress(record) | common


def _progress(record: Record) -> dict[str, Any]:
    job, task = record["job"], record["task"] or {}
    return {
        "type": "progress",
        "phase": task.get("phase") or _FIRST_PHASE,
        "progress": float(task.get("percentage", job["percentage"])),
        "message": task.get("message") or job["current_step"] or "Waiting for a free worker",
        "metrics": task.get("metrics", {}),
        "logs": task.get("logs", []),
    }


def _completed(record: Record) -> dict[str, Any]:
    result = record["result"] or {}
    return {
        "type": "completed",
        "phase": "completed",
        "progress": 100.0,
        "message": "Model training completed successfully",
        "metrics": dict.fromkeys(_ENDING_METRICS) | result.get("metrics", {}),
        "logs": result.get("logs", []),
        "model_id": result.get("model_id"),
        "model_file_path": result.get("model_file_path"),
        "preprocessing_file_path": result.get("preprocessing_file_path"),
    }


def _reason(record: Record) -> str:
    if record["event"] == "job_cancelled":
        return "Training cancelled"
    result = record["result"] or {}
    return f"Training failed: {result.get('error_message') or record['job']['current_step']}"
