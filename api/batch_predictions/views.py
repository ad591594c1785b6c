"""Predictions of files: start one, see how far it is, fetch its result."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import Response, request
from pydantic import ValidationError

from api.addresses import MULTIPART
from api.batch_predictions import schemas
from api.batch_predictions.creation import (
    accepted_prediction,
    create_prediction_job,
    find_table_model,
    links_of,
)
from api.batch_predictions.files import check_rows, not_changed, send_stored
from api.endpoint import invalid_request, read_body
from api.errors import GoneError, InvalidRequestError, NotFoundError
from api.services import Services
from api.uploads.bodies import receive_upload
from db.errors import NotNowError
from db.jobs.batch_predictions import PredictionJob, find_prediction, has_file
from db.jobs.products import task_statuses
from db.tables import TERMINAL_STATUSES, TrainedModel

PARQUET = "application/vnd.apache.parquet"
_BYTES_PER_MB = 10**6


def create(services: Services, tenant_id: UUID, model_id: str) -> schemas.AcceptedPrediction:
    """The file comes with the request, or was stored by one before."""
    model = find_table_model(services, tenant_id, model_id)
    if request.mimetype == MULTIPART:
        return _create_from_form(services, tenant_id, model)
    asked = read_body(schemas.StoredFileRequest)
    _require_file(services, tenant_id, asked.file)
    job = create_prediction_job(services, tenant_id, model, asked, asked.file)
    return accepted_prediction(job, model.public_id)


def _create_from_form(
    services: Services, tenant_id: UUID, model: TrainedModel
) -> schemas.AcceptedPrediction:
    most_bytes = services.settings.max_http_upload_mb * _BYTES_PER_MB
    with services.make_spool() as spool:
        upload = receive_upload(spool, raw_types=frozenset(), max_bytes=most_bytes)
        given = {name: value for name, value in upload.fields.items() if value}
        try:
            asked = schemas.PredictionForm.model_validate(given)
        except ValidationError as error:
            raise invalid_request(error, schemas.PredictionForm) from error
        check_rows(spool)
        blob = services.chores.store(spool.path())
    job = create_prediction_job(services, tenant_id, model, asked, blob.digest)
    return accepted_prediction(job, model.public_id)


def _require_file(services: Services, tenant_id: UUID, digest: str) -> None:
    with services.sessions() as session:
        is_theirs = has_file(session, tenant_id, digest)
    if not is_theirs or not services.chores.holds(digest):
        raise InvalidRequestError(
            f"file {digest[:12]}… is not stored (any more): send the file itself"
        )


def show(
    services: Services, tenant_id: UUID, model_id: str, job_id: UUID
) -> schemas.BatchPrediction:
    found = _find(services, tenant_id, model_id, job_id)
    job, prediction = found.job, found.prediction
    with services.sessions() as session:
        (task,) = task_statuses(session, job, limit=1, hold=None).items
    same = ("job_name", "status", "progress_percentage", "current_step", "error_message")
    moments = ("created_at", "started_at", "completed_at")
    results = ("rows_predicted", "result_bytes", "result_digest")
    return schemas.BatchPrediction.model_validate(
        {
            "job_id": job.id,
            "model_id": prediction.model_public_id,
            "phase": task.phase,
            "candidate": job.request.get("candidate"),
            "keep_columns": bool(job.request.get("keep_columns")),
            "file": job.upload_digest,
            "result_kept_until": _kept_until(services, found),
            "links": links_of(job.id, prediction.model_public_id),
        }
        | {name: getattr(job, name) for name in (*same, *moments)}
        | {name: getattr(prediction, name) for name in results}
    )


def result(services: Services, tenant_id: UUID, model_id: str, job_id: UUID) -> Response:
    found = _find(services, tenant_id, model_id, job_id)
    job, prediction = found.job, found.prediction
    if job.status not in TERMINAL_STATUSES:
        raise NotNowError(f"The job is {job.status}: its result is there when it is completed")
    if job.status != "completed":
        raise NotFoundError(f"The job is {job.status}, so it has no result")
    if prediction.result_digest is None:
        raise _gone(services)
    if not_changed(prediction.result_digest):
        return Response(status=304, headers={"ETag": f'"{prediction.result_digest}"'})
    if not services.chores.holds(prediction.result_digest):
        raise _gone(services)
    name = f"{prediction.model_public_id}-{str(job.id)[:8]}.parquet"
    return send_stored(services, prediction.result_digest, PARQUET, name)


def _kept_until(services: Services, found: PredictionJob) -> datetime | None:
    if found.job.completed_at is None or found.prediction.result_digest is None:
        return None
    days = services.settings.batch_prediction_retention_days
    return found.job.completed_at + timedelta(days=days)


def _gone(services: Services) -> GoneError:
    days = services.settings.batch_prediction_retention_days
    return GoneError(
        f"The result is kept for {days} days (BATCH_PREDICTION_RETENTION_DAYS) and is gone;"
        " predict the file again"
    )


def _find(services: Services, tenant_id: UUID, model_id: str, job_id: UUID) -> PredictionJob:
    with services.sessions() as session:
        found = find_prediction(session, tenant_id, job_id)
    if found is None or model_id not in _names(found):
        raise NotFoundError(f"The model {model_id!r} has no prediction of a file {job_id}")
    return found


def _names(found: PredictionJob) -> tuple[str, str]:
    return found.prediction.model_public_id, str(found.prediction.model_id)
