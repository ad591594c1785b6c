"""Trained models as their owner asks for them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from db.tables import ModelArtifact, ModelMetrics, Product, TrainedModel


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model with its metrics and, unless it was made from an upload, its product."""

    model: TrainedModel
    metrics: ModelMetrics
    product: Product | None


def find_model(session: Session, tenant_id: UUID, reference: str) -> ModelRecord | None:
    """The model by its UUID or its public id."""
    statement = records(tenant_id)
    try:
        statement = statement.where(TrainedModel.id == UUID(reference))
    except ValueError:
        statement = statement.where(TrainedModel.public_id == reference)
    return _one(session, statement)


def latest_model(session: Session, tenant_id: UUID, product_id: UUID) -> ModelRecord | None:
    """The newest model of a product, deployed or not."""
    return _one(session, _newest_first(records(tenant_id, product_id)).limit(1))


def versions_of(session: Session, tenant_id: UUID, product_id: UUID) -> list[ModelRecord]:
    """All models of a product that are kept, newest first."""
    rows = session.execute(_newest_first(records(tenant_id, product_id)))
    return [record_of(row) for row in rows]


def models_named(
    session: Session, tenant_id: UUID, public_ids: Collection[str]
) -> list[ModelRecord]:
    """Those of the tenant's models that have one of these public ids."""
    named = records(tenant_id).where(TrainedModel.public_id.in_(public_ids))
    return [record_of(row) for row in session.execute(named)]


def artifacts_of(session: Session, model_id: UUID) -> list[ModelArtifact]:
    statement = select(ModelArtifact).where(ModelArtifact.model_id == model_id)
    return list(session.scalars(statement.order_by(ModelArtifact.file_path)))


Records = Select[TrainedModel, ModelMetrics, Product]


def records(tenant_id: UUID, product_id: UUID | None = None) -> Records:
    statement = (
        select(TrainedModel, ModelMetrics, Product)
        .join(ModelMetrics, ModelMetrics.model_id == TrainedModel.id)
        .outerjoin(Product, Product.id == TrainedModel.product_id)
        .where(TrainedModel.tenant_id == tenant_id)
    )
    if product_id is not None:
        statement = statement.where(TrainedModel.product_id == product_id)
    return statement


def _newest_first(statement: Records) -> Records:
    return statement.order_by(TrainedModel.created_at.desc(), TrainedModel.id.desc())


def _one(session: Session, statement: Records) -> ModelRecord | None:
    row = session.execute(statement).one_or_none()
    return None if row is None else record_of(row)


def record_of(row: Row[TrainedModel, ModelMetrics, Product]) -> ModelRecord:
    model, metrics, product = row
    return ModelRecord(model, metrics, product)
