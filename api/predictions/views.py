"""A prediction on demand, and the live scores of a forecast."""

import json
from uuid import UUID

from flask import Response, request

from api.caller import caller_of_request
from api.errors import (
    InvalidRequestError,
    ModelNotLoadableError,
    NotAcceptableError,
    NotFoundError,
    PredictionFailedError,
    UnsupportedTypeError,
)
from api.models.summaries import find_record
from api.predictions.client import is_connected
from api.predictions.figures import live_figures
from api.predictions.schemas import LiveScores
from api.services import Services
from core.predictions import PredictionAnswer, PredictionRequest
from db import live_scores

JSON = "application/json"
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
ARROW = "application/vnd.apache.arrow.stream"
CONSUMES = (CSV, PARQUET, ARROW)
PRODUCES = (JSON, CSV, ARROW)

_REFUSALS = {
    "refused": InvalidRequestError,
    "unloadable": ModelNotLoadableError,
    "failed": PredictionFailedError,
}
_BYTES_PER_MB = 10**6


def predict(services: Services, tenant_id: UUID, model_id: str) -> Response:
    request.max_content_length = services.settings.prediction_max_mb * _BYTES_PER_MB
    content_type, accept, body = _content_type(), _accepted(), request.get_data()
    with services.sessions() as session:
        model = find_record(session, tenant_id, model_id).model
    asked = PredictionRequest(
        tenant_id=str(tenant_id),
        actor=caller_of_request().subject,
        model_id=str(model.id),
        manifest_digest=model.manifest_digest,
        content_type=content_type,
        accept=accept,
        body=body,
    )
    environ = request.environ
    return _respond(services.predictor.ask(asked, lambda: is_connected(environ)))


def live(services: Services, tenant_id: UUID, model_id: str) -> LiveScores:
    days = services.settings.live_window_days
    with services.sessions() as session:
        record = find_record(session, tenant_id, model_id)
        model = record.model
        if model.ml_task != "forecast":
            raise NotFoundError(f"{model.public_id} is no forecast, so no sales can score it")
        score = live_scores.score_of(session, model.id)
        periods = live_scores.periods_of(session, model.id, window_days=days)
    return LiveScores.model_validate(
        {
            "model_id": model.public_id,
            "product_id": model.product_id,
            "name": model.name,
            "is_deployed": model.is_deployed,
            "interval_width": model.interval_width,
            "backtest_wape": record.metrics.wape,
            "periods": periods,
        }
        | live_figures(score)
    )


def _content_type() -> str:
    """That of the body; a body without one is taken for JSON."""
    found = request.mimetype or JSON
    if found not in (JSON, *CONSUMES):
        raise UnsupportedTypeError(f"{found} is not accepted: send {', '.join((JSON, *CONSUMES))}")
    return found


def _accepted() -> str:
    if not request.accept_mimetypes:
        return JSON
    best = request.accept_mimetypes.best_match(PRODUCES)
    if best is None:
        raise NotAcceptableError(f"Answers are {', '.join(PRODUCES)}")
    return best


def _respond(answer: PredictionAnswer) -> Response:
    if answer.outcome == "predicted":
        return Response(answer.body, content_type=answer.content_type)
    told = json.loads(answer.body)
    raise _REFUSALS[answer.outcome](**told)
