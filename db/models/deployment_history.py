"""What was deployed, refused and withdrawn, with the names of the models it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from db.operation_tables import Deployment
from db.pages import Order, Page, by_number
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


_BY_NUMBER: Order[Change] = by_number(Deployment.id, lambda change: change.entry.id)


def changes_of_product(
    session: Session, tenant_id: UUID, product_id: UUID, *, limit: int, cursor: str | None = None
) -> Page[Change]:
    """The changes of a product, newest first."""
    statement = _changes(tenant_id).where(Deployment.product_id == product_id)
    rows = session.execute(_BY_NUMBER.apply(statement, "desc", cursor).limit(limit + 1))
    return _BY_NUMBER.page([Change(*row) for row in rows], "desc", limit)


def changes_of_model(session: Session, model: TrainedModel) -> Sequence[Change]:
    """The newest changes in which a model came or went."""
    takes_part = or_(Deployment.model_id == model.id, Deployment.previous_model_id == model.id)
    statement = _changes(model.tenant_id).where(takes_part).order_by(Deployment.id.desc())
    return [Change(*row) for row in session.execute(statement.limit(MOST_OF_MODEL))]


def _changes(tenant_id: UUID) -> Select[*tuple[Any, ...]]:
    model, previous = aliased(TrainedModel), aliased(TrainedModel)
    return (
        select(
            Deployment,
            model.public_id,
            model.model_version,
            previous.public_id,
            previous.model_version,
        )
        .outerjoin(model, model.id == Deployment.model_id)
        .outerjoin(previous, previous.id == Deployment.previous_model_id)
        .where(Deployment.tenant_id == tenant_id)
    )
