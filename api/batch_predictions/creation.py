"""Jobs that predict a file: one transaction, then a nudge that may be lost."""

from uuid import UUID

from api.actor import actor_of_request
from api.addresses import ROOT, TRAINING
from api.batch_predictions.schemas import AcceptedPrediction, PredictionLinks, PredictionOptions
from api.errors import InvalidRequestError
from api.idempotency import idempotency_key
from api.jobs.creation import create_file_job
from api.models.summaries import find_record
from api.services import Services
from db.jobs.file_jobs import FileJobRequest, Predictor
from db.models.candidates import require_available, stated_choice
from db.tables import TrainedModel, TrainingJob

_HOUR_S = 3600.0


def find_table_model(services: Services, tenant_id: UUID, model_id: str) -> TrainedModel:
    """Refuses the forecast of a product, which predicts no file."""
    with services.sessions() as session:
        model = find_record(session, tenant_id, model_id).model
    if model.ml_task == "forecast":
        raise InvalidRequestError(
            f"{model.public_id} is the forecast of a product, which predicts no file: ask it for"
            " days with POST /models/{id}/predict"
        )
    return model


def create_prediction_job(
    services: Services,
    tenant_id: UUID,
    model: TrainedModel,
    asked: PredictionOptions,
    digest: str,
) -> TrainingJob:
    if asked.candidate is not None:
        require_available(model, asked.candidate)
    # Whoever chooses another candidate later does not change what this job was asked for.
    options = {
        "model_id": model.public_id,
        "candidate": asked.candidate or stated_choice(model),
        "keep_columns": asked.keep_columns,
    }
    wanted = FileJobRequest(
        predictor=Predictor(model.id, model.public_id),
        upload_digest=digest,
        options=options,
        timeout_s=asked.timeout_seconds or services.settings.upload_timeout_hours * _HOUR_S,
        job_name=asked.job_name,
        priority=asked.priority,
        actor=actor_of_request(),
        trace_context=services.tracing.traceparent(),
    )
    return create_file_job(services, tenant_id, wanted, idempotency_key())


def accepted_prediction(job: TrainingJob, model_id: str) -> AcceptedPrediction:
    return AcceptedPrediction.model_validate(
        {
            "job_id": job.id,
            "status": job.status,
            "products_total": job.products_total,
            "links": links_of(job.id, model_id),
        }
    )


def links_of(job_id: UUID, model_id: str) -> PredictionLinks:
    own = f"{ROOT}/models/{model_id}/batch-predictions/{job_id}"
    return PredictionLinks(
        status=f"{TRAINING}/status/{job_id}",
        progress=f"{TRAINING}/ws/{job_id}",
        stop=f"{TRAINING}/stop/{job_id}",
        prediction=own,
        result=f"{own}/result",
    )
