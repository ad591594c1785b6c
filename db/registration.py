"""A trained model becomes rows: model, metrics, artifacts, forecast, and the deployment of the
better one.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from db.locks import FRESH
from db.logs import log_row
from db.metrics import metrics_row
from db.outcomes import ArtifactFile, LogLine, ModelOutcome
from db.tables import (
    Forecast,
    ModelArtifact,
    Product,
    TrainedModel,
    TrainingTask,
)
from db.text import finite, storable

CHAMPION_STAYS = (
    "The new model was not deployed: it is a simpler fallback ({reason}), "
    "while the deployed model {version} is not."
)


def register_model(
    session: Session, task: TrainingTask, outcome: ModelOutcome, now: datetime
) -> TrainedModel:
    """The model of this task, registered with everything that belongs to it."""
    if task.product_id is not None:
        # One registration per product at a time: version and champion are read, then written.
        session.execute(
            select(Product.id).where(Product.id == task.product_id).with_for_update(key_share=True)
        )
    public_id = _free_public_id(session, now)
    model = TrainedModel(
        id=uuid4(),
        public_id=public_id,
        tenant_id=task.tenant_id,
        product_id=task.product_id,
        name=outcome.name or task.product_name,
        ml_task=outcome.ml_task,
        model_version=_free_version(session, task, now),
        model_path=model_file_path(public_id, "model.pkl"),
        training_job_id=task.job_id,
        task_id=task.id,
        algorithm=outcome.algorithm,
        hyperparameters=dict(outcome.hyperparameters),
        features=list(outcome.features),
        details=dict(outcome.details),
        degraded_reason=outcome.degraded_reason,
        manifest_digest=outcome.manifest_digest,
        data_digest=outcome.data_digest,
        training_duration_seconds=round(outcome.training_seconds),
        training_data_points=outcome.training_data_points,
        interval_width=outcome.interval_width,
        frequency=outcome.frequency,
        horizon_days=outcome.horizon_days,
        created_at=now,
    )
    if outcome.auto_deploy and task.product_id is not None:
        _deploy(session, model, task, now)
    session.add(model)
    session.flush()
    session.add(metrics_row(model, outcome))
    _add_artifacts(session, model, outcome.artifacts)
    _add_forecast(session, model.id, outcome)
    return model


def model_file_path(public_id: str, name: str) -> str:
    """Where clients are told the file is: relative, never a path of the server."""
    return f"./models/{public_id}/{name}"


def add_shared_artifacts(session: Session, job_id: UUID, files: Sequence[ArtifactFile]) -> None:
    session.add_all(
        ModelArtifact(
            training_job_id=job_id,
            artifact_type=file.artifact_type,
            file_path=f"./shared/{job_id}/{file.name}",
            file_size_bytes=file.size,
            checksum=file.digest,
        )
        for file in files
    )


def _free_public_id(session: Session, now: datetime) -> str:
    while True:
        public_id = f"model-{now:%Y%m%d}-{secrets.token_hex(4)}"
        taken = select(TrainedModel.id).where(TrainedModel.public_id == public_id)
        if session.scalar(taken) is None:
            return public_id


def _free_version(session: Session, task: TrainingTask, now: datetime) -> str:
    base = f"{now:%Y%m%d_%H%M%S}"
    same_second = select(TrainedModel.model_version).where(
        TrainedModel.tenant_id == task.tenant_id,
        TrainedModel.product_id == task.product_id,
        TrainedModel.model_version.startswith(base, autoescape=True),
    )
    taken = set(session.scalars(same_second))
    if base not in taken:
        return base
    return next(
        version for n in range(2, len(taken) + 3) if (version := f"{base}_{n}") not in taken
    )


def _deploy(session: Session, model: TrainedModel, task: TrainingTask, now: datetime) -> None:
    champion = session.scalar(
        select(TrainedModel).where(
            TrainedModel.tenant_id == model.tenant_id,
            TrainedModel.product_id == model.product_id,
            TrainedModel.is_deployed,
        )
    )
    if champion is not None and model.degraded_reason and not champion.degraded_reason:
        message = CHAMPION_STAYS.format(
            reason=model.degraded_reason, version=champion.model_version
        )
        line = LogLine(message=message, level="WARNING", step_name="deployment")
        session.add(log_row(task.job_id, task.tenant_id, task.product_id, line))
        return
    if champion is not None:
        session.execute(
            update(TrainedModel).where(TrainedModel.id == champion.id).values(is_deployed=False),
            execution_options=FRESH,
        )
    model.is_deployed = True
    model.deployed_at = now


def _add_artifacts(session: Session, model: TrainedModel, files: Sequence[ArtifactFile]) -> None:
    session.add_all(
        ModelArtifact(
            model_id=model.id,
            artifact_type=file.artifact_type,
            file_path=storable(model_file_path(model.public_id, file.name), 500),
            file_size_bytes=file.size,
            checksum=file.digest,
        )
        for file in files
    )


def _add_forecast(session: Session, model_id: UUID, outcome: ModelOutcome) -> None:
    if outcome.forecast:
        rows = [
            {
                "model_id": model_id,
                "ds": row.ds,
                "yhat": row.yhat,
                "yhat_lower": finite(row.yhat_lower),
                "yhat_upper": finite(row.yhat_upper),
            }
            for row in outcome.forecast
        ]
        session.execute(insert(Forecast), rows)
