"""A trained model becomes rows: model, metrics, artifacts, forecast; then it stands at the gate."""

import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from db import tables
from db.base import Base, Json
from db.bulk import Columns
from db.lifecycle.outcomes import (
    ArtifactFile,
    Drivers,
    ForecastDetails,
    LogLine,
    ModelOutcome,
    PastErrors,
    Quantiles,
)
from db.locks import FRESH, lock_product
from db.models.deployment import store_new
from db.models.gate import pass_gate
from db.models.metrics import metrics_row
from db.operation import audit
from db.operation.audit import Actor
from db.prepared import repeated
from db.tables import Forecast, ModelArtifact, Product, TrainedModel, TrainingTask
from db.text import finite, storable


def register_model(
    session: Session, task: TrainingTask, outcome: ModelOutcome, now: datetime
) -> tuple[TrainedModel, LogLine | None]:
    """The model of this task and what the gate has to say of it. What belongs to the model is added
    to the session, but for `forecast_rows`.
    """
    if task.product_id is not None:
        # One registration per product at a time: version and champion are read, then written.
        lock_product(session, task.product_id)
    version = f"{now:%Y%m%d_%H%M%S}"
    origin = _origin(session, task, version)
    kin = origin.kin
    model = _new_model(task, outcome, now, _free_version(version, {m.model_version for m in kin}))
    model.product_category = origin.category
    _record_training(session, model, Actor(origin.whoever_began))
    line = None
    if task.product_id is None:
        store_new(session, model)
    else:
        champion = next((model for model in kin if model.is_deployed), None)
        line = pass_gate(session, model, champion, outcome, now)
    session.add_all(_belongings(model, outcome))
    return model, line


def forecast_rows(model: TrainedModel, outcome: ModelOutcome) -> Columns:
    """The forecast as it is stored."""
    forecast = outcome.forecast
    return Columns(
        Forecast,
        {
            "model_id": [model.id] * len(forecast),
            "ds": [step.ds for step in forecast],
            "yhat": [step.yhat for step in forecast],
            "yhat_lower": [finite(step.yhat_lower) for step in forecast],
            "yhat_upper": [finite(step.yhat_upper) for step in forecast],
        },
    )


@dataclass(frozen=True, slots=True)
class _Origin:
    """The category of the product as it is now, who started the job, and what the new model stands
    beside: the champion, and versions of the same second.
    """

    category: str | None
    whoever_began: str
    kin: Sequence[TrainedModel]


def _belongings(model: TrainedModel, outcome: ModelOutcome) -> Iterator[Base]:
    """The rows that refer to the model."""
    yield metrics_row(model, outcome)
    for file in outcome.artifacts:
        yield _artifact_row(model, file)
    if outcome.forecast_details is not None:
        yield _details_row(model, outcome.forecast_details)


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


def _new_model(
    task: TrainingTask, outcome: ModelOutcome, now: datetime, version: str
) -> TrainedModel:
    public_id = f"model-{now:%Y%m%d}-{secrets.token_hex(8)}"
    return TrainedModel(
        id=uuid4(),
        public_id=public_id,
        tenant_id=task.tenant_id,
        product_id=task.product_id,
        name=outcome.name or task.product_name,
        ml_task=outcome.ml_task,
        model_version=version,
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
        training_digest=outcome.training_digest,
        training_duration_seconds=round(outcome.training_seconds),
        training_data_points=outcome.training_data_points,
        interval_width=outcome.interval_width,
        frequency=outcome.frequency,
        horizon_days=outcome.horizon_days,
        created_at=now,
    )


def _origin(session: Session, task: TrainingTask, version: str) -> _Origin:
    of_task = {
        "product_id": task.product_id,
        "tenant_id": task.tenant_id,
        "job_id": str(task.job_id),
        "version": version,
    }
    rows = session.execute(_origin_statement(), of_task, execution_options=FRESH).all()
    category, whoever_began, _ = rows[0]
    return _Origin(category, whoever_began, [model for *_, model in rows if model is not None])


@cache
def _origin_statement() -> Select[Any]:
    """One statement, made once; a row for each of the kin, or one without."""
    product_id = bindparam("product_id", type_=Uuid())
    tenant_id = bindparam("tenant_id", type_=Uuid())
    category = select(Product.category).where(Product.id == product_id).scalar_subquery()
    whoever_began = audit.who_began(tenant_id, "job", bindparam("job_id", type_=Text()))
    asked = select(category.label("category"), whoever_began.label("whoever_began")).subquery()
    is_kin = and_(
        TrainedModel.tenant_id == tenant_id,
        or_(
            TrainedModel.product_id == product_id,
            and_(product_id.is_(None), TrainedModel.product_id.is_(None)),
        ),
        or_(
            TrainedModel.is_deployed,
            func.starts_with(TrainedModel.model_version, bindparam("version", type_=Text())),
        ),
    )
    return repeated(
        select(asked.c.category, asked.c.whoever_began, TrainedModel).outerjoin_from(
            asked, TrainedModel, is_kin
        )
    )


def _record_training(session: Session, model: TrainedModel, actor: Actor) -> None:
    audit.record(
        session,
        model.tenant_id,
        "train",
        "model",
        model.public_id,
        actor=actor,
        details={
            "job_id": str(model.training_job_id),
            "model_version": model.model_version,
            "algorithm": model.algorithm,
            "data_digest": model.data_digest,
        },
    )


def _free_version(version: str, taken: Collection[str]) -> str:
    if version not in taken:
        return version
    numbered = (f"{version}_{number}" for number in range(2, len(taken) + 3))
    return next(candidate for candidate in numbered if candidate not in taken)


def _artifact_row(model: TrainedModel, file: ArtifactFile) -> ModelArtifact:
    return ModelArtifact(
        model_id=model.id,
        artifact_type=file.artifact_type,
        file_path=storable(model_file_path(model.public_id, file.name), 500),
        file_size_bytes=file.size,
        checksum=file.digest,
    )


def _details_row(model: TrainedModel, details: ForecastDetails) -> tables.ForecastDetails:
    return tables.ForecastDetails(
        model_id=model.id,
        tenant_id=model.tenant_id,
        quantiles=_fields(details.quantiles),
        drivers=_fields(details.drivers),
        errors=_fields(details.errors),
    )


def _fields(part: Quantiles | Drivers | PastErrors) -> Json:
    """By name, and not copied number by number as `asdict` does."""
    return {field.name: getattr(part, field.name) for field in fields(part)}
