"""A model as lists show it, and how it is found."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import NotFoundError
from api.schemas import ModelSummary
from db.models import details as records
from db.models.details import ModelRecord
from db.models.metrics import metric_values

_OF_MODEL = (
    "id",
    "public_id",
    "ml_task",
    "product_id",
    "model_version",
    "algorithm",
    "is_deployed",
    "deployed_at",
    "is_pinned",
    "degraded_reason",
    "created_at",
    "training_job_id",
)


def summary(record: ModelRecord) -> ModelSummary:
    return ModelSummary.model_validate(summary_fields(record))


def summaries_by_id(
    session: Session, tenant_id: UUID, public_ids: Sequence[str]
) -> dict[str, ModelSummary]:
    """The models with these public ids."""
    found = records.models_named(session, tenant_id, public_ids)
    return {record.model.public_id: summary(record) for record in found}


def find_record(session: Session, tenant_id: UUID, reference: str) -> ModelRecord:
    record = records.find_model(session, tenant_id, reference)
    if record is None:
        raise NotFoundError(f"There is no model {reference!r}")
    return record


def summary_fields(record: ModelRecord) -> dict[str, object]:
    product = record.product
    return {name: getattr(record.model, name) for name in _OF_MODEL} | {
        "model_id": record.model.public_id,
        "name": record.model.name or (product.name if product else None),
        "product_name": product.name if product else None,
        "metrics": metric_values(record.metrics),
        "baseline": record.metrics.baseline or {},
    }
