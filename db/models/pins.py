"""Pinned models: retention leaves them alone, and they are only deleted by force."""

from uuid import UUID

from sqlalchemy.orm import Session

from db.locks import lock_model
from db.operation import audit
from db.operation.audit import Actor
from db.tables import TrainedModel


def set_pinned(
    session: Session,
    tenant_id: UUID,
    model_id: UUID,
    *,
    is_pinned: bool,
    actor: Actor,
) -> TrainedModel | None:
    """The model, pinned or not; None if the tenant has no such model."""
    model = lock_model(session, tenant_id, model_id)
    if model is not None and model.is_pinned != is_pinned:
        model.is_pinned = is_pinned
        audit.record(
            session,
            tenant_id,
            "pin" if is_pinned else "unpin",
            "model",
            model.public_id,
            actor=actor,
        )
    return model
