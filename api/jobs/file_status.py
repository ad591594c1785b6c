"""How a job over one file stands, in full: for whoever does not watch its socket."""

from typing import Any

from sqlalchemy.orm import Session

from api.models.summaries import summary
from db.jobs.products import TaskStatus
from db.jobs.progress import since
from db.jobs.results import upload_result
from db.models.details import find_model
from db.tables import BatchPrediction, TrainingJob

_RECENT_MESSAGES = 20
_MOST_LOGS = 50


def file_fields(session: Session, job: TrainingJob, task: TaskStatus) -> dict[str, object]:
    """The fields of `JobStatus` that such a job has."""
    fields: dict[str, object] = {
        "phase": task.phase,
        "progress": task.progress,
        "message": task.current_step,
    }
    if not job.is_training:
        fields["predicting_model_id"] = session.get_one(BatchPrediction, job.id).model_public_id
    if job.status != "completed" or task.model_id is None:  # none comes of a prediction
        return fields | _so_far(session, job)
    record = find_model(session, job.tenant_id, task.model_id)
    result = upload_result(session, job)
    kept = ("metrics", "logs", "model_file_path", "preprocessing_file_path")
    return (
        fields
        | {"phase": "completed", "progress": 100.0}
        | {"model": summary(record) if record else None}
        | {name: result[name] for name in kept}
    )


def _so_far(session: Session, job: TrainingJob) -> dict[str, object]:
    """What its latest messages told."""
    metrics: dict[str, Any] = {}
    logs: list[str] = []
    for message in since(session, job.id, max(0, job.progress_seq - _RECENT_MESSAGES)):
        task = message.body["task"] or {}
        metrics |= task.get("metrics") or {}
        logs += task.get("logs") or []
    return {"metrics": metrics, "logs": logs[-_MOST_LOGS:]}
