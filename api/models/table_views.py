"""Models of tables: what was compared, what they go by, what they were made from."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request

from api.actor import actor_of_request
from api.errors import NotAcceptableError, NotFoundError
from api.models import table_schemas as schemas
from api.models.summaries import find_record
from api.services import Services
from db.errors import NotNowError
from db.models import candidates
from db.models.details import ModelRecord, artifacts_of
from db.tables import TrainedModel

MARKDOWN = "text/markdown"
HTML = "text/html"
_CARDS = {MARKDOWN: "model_card.md", HTML: "model_card.html"}
_CARD_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'; sandbox"
)


def leaderboard(services: Services, tenant_id: UUID, model_id: str) -> schemas.Leaderboard:
    with services.sessions() as session:
        return _leaderboard(_of_table(find_record(session, tenant_id, model_id)).model)


def choose(
    services: Services, tenant_id: UUID, model_id: str, body: schemas.CandidateChoice
) -> schemas.Leaderboard:
    with services.sessions.begin() as session:
        found = _of_table(find_record(session, tenant_id, model_id)).model
        model = candidates.choose_candidate(
            session, tenant_id, found.id, body.candidate, actor=actor_of_request()
        )
        if model is None:
            raise NotFoundError(f"The model {model_id!r} was deleted meanwhile")
        return _leaderboard(model)


def profile(services: Services, tenant_id: UUID, model_id: str) -> schemas.DataProfile:
    with services.sessions() as session:
        record = _of_table(find_record(session, tenant_id, model_id))
    model, details = record.model, record.model.details
    return schemas.DataProfile(
        model_id=model.public_id,
        target_variable=details.get("target_variable"),
        rows_trained=model.training_data_points,
        rows_tested=record.metrics.validation_data_points,
        data_digest=model.data_digest,
        profile=details.get("profile") or {},
        notes=details.get("notes") or [],
    )


def explanation(services: Services, tenant_id: UUID, model_id: str) -> schemas.Explanation:
    model, text = _stored_text(services, tenant_id, model_id, "explanation.json")
    sections = json.loads(text)
    left_out = sections.pop("left_out", {})
    return schemas.Explanation(
        model_id=model.public_id,
        ml_task=model.ml_task,
        algorithm=model.algorithm,
        sections=sections,
        left_out=left_out,
    )


def card(services: Services, tenant_id: UUID, model_id: str) -> Response:
    media_type = _accepted_card()
    _, text = _stored_text(services, tenant_id, model_id, _CARDS[media_type])
    response = Response(text, content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Security-Policy"] = _CARD_POLICY
    response.headers["Vary"] = "Accept"
    return response


def _accepted_card() -> str:
    if not request.accept_mimetypes:
        return MARKDOWN
    best = request.accept_mimetypes.best_match([*_CARDS])
    if best is None:
        raise NotAcceptableError(f"A model card is {' or '.join(_CARDS)}")
    return best


def _stored_text(
    services: Services, tenant_id: UUID, model_id: str, name: str
) -> tuple[TrainedModel, str]:
    """No database session is held while the store is read."""
    with services.sessions() as session:
        model = _of_table(find_record(session, tenant_id, model_id)).model
        stored = {file.file_path.rpartition("/")[2] for file in artifacts_of(session, model.id)}
    if name not in stored:
        raise NotFoundError(
            f"{model.public_id} has no {name}: it was trained before such files were kept."
            " Train it again to get one"
        )
    return model, services.chores.read_text(model.manifest_digest, name)


def _of_table(record: ModelRecord) -> ModelRecord:
    if record.model.ml_task == "forecast":
        raise NotNowError(
            f"{record.model.public_id} is the forecast of a product; only models of uploaded tables"
            " have this"
        )
    return record


def _leaderboard(model: TrainedModel) -> schemas.Leaderboard:
    trained = candidates.trained_choice(model)
    chosen = candidates.stated_choice(model) or trained
    return schemas.Leaderboard(
        model_id=model.public_id,
        metric=model.details.get("selection_metric"),
        chosen_candidate=chosen,
        trained_choice=trained,
        max_predict_ms=model.details.get("max_predict_ms"),
        entries=[_entry(entry, chosen) for entry in candidates.candidates_of(model)],
    )


def _entry(entry: Mapping[str, Any], chosen: str | None) -> schemas.LeaderboardEntry:
    name = candidates.candidate_name(entry)
    return schemas.LeaderboardEntry.model_validate(
        {
            **entry,
            "candidate": name,
            "is_available": candidates.is_selectable(entry),
            "is_chosen": name == chosen,
        }
    )
