"""The candidates of a table's model: which there are, and which one predicts."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from db.errors import NotNowError, UnknownCandidateError
from db.locks import lock_model
from db.operation import audit
from db.operation.audit import Actor
from db.tables import TrainedModel

CHOSEN = "chosen_candidate"


def candidates_of(model: TrainedModel) -> Sequence[Mapping[str, Any]]:
    """The leaderboard; empty for a forecast."""
    entries: Sequence[Mapping[str, Any]] = model.details.get("leaderboard") or ()
    return entries


def candidate_name(entry: Mapping[str, Any]) -> str:
    """Its name within the leaderboard; models of before had one candidate for each algorithm."""
    return str(entry.get("candidate") or entry["algorithm"])


def trained_choice(model: TrainedModel) -> str | None:
    """The candidate that the training chose."""
    chosen = (entry for entry in candidates_of(model) if entry.get("is_chosen"))
    return next(map(candidate_name, chosen), None)


def stated_choice(model: TrainedModel) -> str | None:
    """The candidate that somebody put in place of the one that the training chose."""
    stated: str | None = model.details.get(CHOSEN)
    return stated


def choose_candidate(
    session: Session, tenant_id: UUID, model_id: UUID, candidate: str, *, actor: Actor
) -> TrainedModel | None:
    """The model, which predicts with this candidate from now on; None if there is no such model.

    Raises `UnknownCandidateError`, or `NotNowError` for one that the stored model does not hold.
    """
    model = lock_model(session, tenant_id, model_id)
    if model is None:
        return None
    require_available(model, candidate)
    stated = None if candidate == trained_choice(model) else candidate
    if stated != stated_choice(model):
        before = stated_choice(model) or trained_choice(model)
        model.details = {**model.details, CHOSEN: stated}
        audit.record(
            session,
            tenant_id,
            "choose",
            "model",
            model.public_id,
            actor=actor,
            details={"candidate": candidate, "before": before},
        )
    return model


def require_available(model: TrainedModel, candidate: str) -> None:
    """Raises `UnknownCandidateError`, or `NotNowError` where the stored model does not hold it."""
    by_name = {candidate_name(entry): entry for entry in candidates_of(model)}
    possible = [name for name, entry in by_name.items() if is_selectable(entry)]
    if candidate not in by_name:
        raise UnknownCandidateError(candidate, possible)
    if candidate not in possible:
        raise NotNowError(
            f"{model.public_id} was stored without {candidate!r}, which is only on its leaderboard;"
            f" it holds {', '.join(map(repr, possible)) or 'no other'}"
        )


def is_selectable(entry: Mapping[str, Any]) -> bool:
    """Whether the stored model can predict with it alone."""
    return bool(entry.get("is_chosen") or entry.get("is_available"))
