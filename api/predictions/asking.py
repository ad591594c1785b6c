"""One question to a prediction worker, and its answer as a response."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel

from api.caller import caller_of_request
from api.errors import (
    InvalidRequestError,
    ModelNotLoadableError,
    PredictionFailedError,
    UnavailableError,
)
from api.models.summaries import find_record
from api.predictions.client import is_connected
from api.predictions.predictor import Patience
from api.services import Services
from core.predictions import Operation, PredictionAnswer, PredictionRequest
from db.models.candidates import stated_choice

JSON = "application/json"

_REFUSALS = {
    "refused": InvalidRequestError,
    "unloadable": ModelNotLoadableError,
    "away": UnavailableError,
    "failed": PredictionFailedError,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked; `options` are those of the address."""

    operation: Operation
    options: Mapping[str, str]
    content_type: str = JSON
    accept: str = JSON
    body: bytes = b""


def stated(query: BaseModel) -> dict[str, str]:
    """The options that were given, or have a default, as text."""
    return {name: str(value) for name, value in query.model_dump(exclude_none=True).items()}


def ask(services: Services, tenant_id: UUID, model_id: str, wanted: Wanted) -> Response:
    """No database session is held while a worker is waited for."""
    with services.sessions() as session:
        model = find_record(session, tenant_id, model_id).model
    return _answered(
        services,
        PredictionRequest(
            tenant_id=str(tenant_id),
            actor=caller_of_request().subject,
            model_id=str(model.id),
            manifest_digest=model.manifest_digest,
            content_type=wanted.content_type,
            accept=wanted.accept,
            body=wanted.body,
            operation=wanted.operation,
            options=wanted.options,
            chosen=stated_choice(model),
        ),
    )


def ask_of_all(services: Services, tenant_id: UUID, wanted: Wanted) -> Response:
    """A question about all models in use."""
    return _answered(
        services,
        PredictionRequest(
            tenant_id=str(tenant_id),
            actor=caller_of_request().subject,
            operation=wanted.operation,
            options=wanted.options,
        ),
    )


def _answered(services: Services, asked: PredictionRequest) -> Response:
    environ = request.environ
    answer = services.predictor.ask(
        asked, lambda: is_connected(environ), _patience(services, asked.operation)
    )
    return _respond(answer)


def _patience(services: Services, operation: Operation) -> Patience | None:
    if operation == "predict":
        return None
    seconds = services.settings.explanation_timeout_seconds
    return Patience(seconds, "EXPLANATION_TIMEOUT_SECONDS")


def _respond(answer: PredictionAnswer) -> Response:
    if answer.outcome != "predicted":
        raise _REFUSALS[answer.outcome](**json.loads(answer.body))
    response = Response(answer.body, content_type=answer.content_type)
    if answer.file_name is not None:
        response.headers.set("Content-Disposition", "attachment", filename=answer.file_name)
    return response
