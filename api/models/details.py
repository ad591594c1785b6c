"""Everything recorded about one model."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.models import schemas
from api.models.summaries import summary_fields
from api.predictions.figures import live_figures
from db.models.deployment_history import Change, changes_of_model
from db.models.details import ModelRecord, artifacts_of, versions_of
from db.models.lineage import previous_champion
from db.models.live_scores import score_of
from db.tables import TrainedModel, TrainingJob

_COLUMNS = (
    "model_path",
    "hyperparameters",
    "features",
    "details",
    "training_duration_seconds",
    "training_data_points",
    "interval_width",
    "frequency",
    "horizon_days",
    "data_digest",
    "manifest_digest",
)


def detail_of(session: Session, record: ModelRecord) -> schemas.ModelDetail:
    model = record.model
    deployments = [deployment_entry(change) for change in changes_of_model(session, model)]
    return schemas.ModelDetail.model_validate(
        summary_fields(record)
        | {name: getattr(model, name) for name in _COLUMNS}
        | {
            "validation_data_points": record.metrics.validation_data_points,
            "artifacts": artifacts_of(session, model.id),
            "versions": _versions(session, model),
            "deployments": deployments,
            "gate": gate_of(model.public_id, deployments),
            "live": live_figures(score_of(session, model.id)) or None,
            "previous_champion": _previous(session, model),
            "training_job": _training_job(session, model),
        }
    )


def deployment_entry(change: Change) -> schemas.DeploymentEntry:
    entry = change.entry
    return schemas.DeploymentEntry.model_validate(
        {
            "id": entry.id,
            "kind": entry.kind,
            "model_id": change.public_id,
            "model_version": change.model_version,
            "previous_model_id": change.previous_public_id,
            "previous_model_version": change.previous_model_version,
            "reason": entry.reason,
            "evidence": entry.evidence,
            "actor": entry.actor,
            "created_at": entry.created_at,
        }
    )


def gate_of(
    public_id: str, deployments: Sequence[schemas.DeploymentEntry]
) -> schemas.DeploymentEntry | None:
    """How a model fared at the gate, if it ever stood there."""
    at_gate = (
        entry
        for entry in deployments
        if entry.kind in {"auto", "refused"} and entry.model_id == public_id
    )
    return next(at_gate, None)


def _versions(session: Session, model: TrainedModel) -> list[schemas.ModelVersion]:
    if model.product_id is None:
        return []
    return [
        schemas.ModelVersion(
            model_id=version.model.public_id,
            model_version=version.model.model_version,
            algorithm=version.model.algorithm,
            is_deployed=version.model.is_deployed,
            is_pinned=version.model.is_pinned,
            degraded_reason=version.model.degraded_reason,
            created_at=version.model.created_at,
            accuracy=version.metrics.accuracy_percentage,
            mase=version.metrics.mase,
            wape=version.metrics.wape,
        )
        for version in versions_of(session, model.tenant_id, model.product_id)
    ]


def _previous(session: Session, model: TrainedModel) -> str | None:
    if model.product_id is None:
        return None
    previous = previous_champion(session, model.tenant_id, model.product_id)
    return None if previous is None else previous.public_id


def _training_job(session: Session, model: TrainedModel) -> schemas.TrainingJobOfModel | None:
    job = None if model.training_job_id is None else session.get(TrainingJob, model.training_job_id)
    if job is None:
        return None
    names = schemas.TrainingJobOfModel.model_fields.keys() - {"job_id"}
    fields = {name: getattr(job, name) for name in names}
    return schemas.TrainingJobOfModel.model_validate({"job_id": job.id} | fields)
