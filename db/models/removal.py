"""Deleting a model: its rows go, the audit trail keeps what it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.errors import NotNowError
from db.locks import lock_model
from db.models.deployment import withdraw
from db.models.lineage import previous_champion
from db.operation import audit, telemetry_totals
from db.operation.audit import Actor
from db.tables import ModelArtifact, ModelMetrics, TrainedModel

Freed = Mapping[str, int]
"""Digests that a deleted model named, and the bytes of each file; a manifest is counted as 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedModel:
    """`previous` could be deployed in place of a champion that was deleted."""

    model: TrainedModel
    was_deployed: bool
    previous: TrainedModel | None
    freed: Freed


def remove_by_hand(
    session: Session,
    tenant_id: UUID,
    model_id: UUID,
    *,
    force: bool,
    actor: Actor,
) -> RemovedModel | None:
    """Delete a model because a person wants it; None if the tenant has no such model.

    Without `force` the deployed model and pinned ones stay: raises `NotNowError`.
    """
    model = lock_model(session, tenant_id, model_id)
    if model is None:
        return None
    if not force:
        _refuse_if_wanted(model)
    was_deployed, previous = model.is_deployed, None
    if was_deployed and model.product_id is not None:
        withdraw(session, model, reason="The deployed model was deleted.", actor=actor)
        previous = previous_champion(session, tenant_id, model.product_id)
    counted = telemetry_totals.amounts_of_models(session, TrainedModel.id == model.id)
    freed = remove(session, model, reason="Deleted by hand.", actor=actor)
    telemetry_totals.keep(session, tenant_id, counted)
    return RemovedModel(model=model, was_deployed=was_deployed, previous=previous, freed=freed)


def remove(
    session: Session,
    model: TrainedModel,
    *,
    reason: str,
    actor: Actor = audit.SERVICE,
) -> Freed:
    """Delete a locked model with all that belongs to it; what may now be deleted from the store.

    Whoever deletes it keeps what it counted for in `telemetry_totals`.
    """
    named = session.execute(
        select(ModelArtifact.checksum, ModelArtifact.file_size_bytes).where(
            ModelArtifact.model_id == model.id
        )
    )
    files = {row.checksum: row.file_size_bytes for row in named}
    audit.record(
        session,
        model.tenant_id,
        "delete",
        "model",
        model.public_id,
        actor=actor,
        details={"reason": reason} | _what_it_was(session, model, files),
    )
    session.delete(model)
    session.flush()
    return {model.manifest_digest: 0} | files


def _refuse_if_wanted(model: TrainedModel) -> None:
    if model.is_deployed:
        raise NotNowError(
            f"{model.public_id} is deployed. Deploy another model of its product first, or delete"
            " it with ?force=true, which leaves the product without a deployed model"
        )
    if model.is_pinned:
        raise NotNowError(
            f"{model.public_id} is pinned. Unpin it first, or delete it with ?force=true"
        )


def _what_it_was(session: Session, model: TrainedModel, files: Mapping[str, int]) -> dict[str, Any]:
    metrics = session.execute(
        select(ModelMetrics.accuracy_percentage, ModelMetrics.mase).where(
            ModelMetrics.model_id == model.id
        )
    ).one_or_none()
    return {
        "id": model.id,
        "product_id": model.product_id,
        "name": model.name,
        "model_version": model.model_version,
        "ml_task": model.ml_task,
        "algorithm": model.algorithm,
        "created_at": model.created_at,
        "was_deployed_at": model.deployed_at,
        "training_job_id": model.training_job_id,
        "data_digest": model.data_digest,
        "manifest_digest": model.manifest_digest,
        "files": dict(files),
        "accuracy": None if metrics is None else metrics.accuracy_percentage,
        "mase": None if metrics is None else metrics.mase,
    }
