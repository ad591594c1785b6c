"""What was deployed, refused and withdrawn, with the names of the models it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from db.operation_tables import Deployment
from db.tables import TrainedModel

MOST_OF_MODEL = 200


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the history; models that were deleted since have no name any more."""

    entry: Deployment
    public_id: str | None
    model_version: str | None
    previous_public_id: str | None
    previous_model_version: str | None


def changes_of_product(
    session: Session, tenant_id: UUID, product_id: UUID, *, limit: int, before: int | None = None
) -> Sequence[Change]:
    """The changes of a product, newest first, before one of them."""
    conditions = [Deployment.product_id == product_id]
    if before is not None:
        conditions.append(Deployment.id < before)
    return _changes(session, tenant_id, limit, *conditions)


def changes_of_model(session: Session, model: TrainedModel) -> Sequence[Change]:
    """The newest changes in which a model came or went."""
    takes_part = or_(Deployment.model_id == model.id, Deployment.previous_model_id == model.id)
    return _changes(session, model.tenant_id, MOST_OF_MODEL, takes_part)


def _changes(
    session: Session, tenant_id: UUID, limit: int, *conditions: ColumnElement[bool]
) -> Sequence[Change]:
    model, previous = aliased(TrainedModel), aliased(TrainedModel)
    rows = session.execute(
        select(
            Deployment,
            model.public_id,
            model.model_version,
            previous.public_id,
            previous.model_version,
        )
        .outerjoin(model, model.id == Deployment.model_id)
        .outerjoin(previous, previous.id == Deployment.previous_model_id)
        .where(Deployment.tenant_id == tenant_id, *conditions)
        .order_by(Deployment.id.desc())
        .limit(limit)
    )
    return [Change(*row) for row in rows]
