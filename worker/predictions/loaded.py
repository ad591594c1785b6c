"""A trained model in memory, from verified bytes."""

import json
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core.bundles import load_bundle
from core.errors import ArtifactError, ManifestError
from db.operation import audit
from db.operation.audit import Actor
from db.tables import TrainedModel
from db.tenancy import as_tenant
from pipeline.clusters.model import ClusterModel
from pipeline.errors import InvalidDataError
from pipeline.forecast.finished.on_demand import with_periods
from pipeline.forecast.result import FittedForecaster
from worker import bundle
from worker.context import Context
from worker.errors import ModelNotLoadableError

Who = Actor | ColumnElement[str]
"""For whom a model is loaded."""


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """The parts of a table model that predicting and explaining need.

    `background` is the file with rows that explanations compare with.
    """

    preprocessing: Any
    model: Any
    features: tuple[str, ...]
    classes: tuple[str, ...] | None
    ml_task: str = "regression"
    interval_level: float | None = None
    background: bytes | None = None

    def as_candidate(self, candidate: str | None) -> Self:
        """With the classes that `candidate` names: every candidate of a clustering has its own.

        Raises `InvalidParameterError` if a clustering has no such candidate.
        """
        if isinstance(self.model, ClusterModel):
            return replace(self, classes=self.model.classes_of(candidate))
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """`size` is that of the unpacked files: close to what they take in memory."""

    model_id: UUID
    tenant_id: UUID
    product_id: UUID | None
    public_id: str
    fitted: FittedForecaster | LoadedTable
    size: int


def load_model(tenant_id: UUID, model_id: UUID, actor: Who, context: Context) -> LoadedModel:
    """Read the model that is asked for; that it was loaded, and for whom, is recorded.

    Raises `ModelNotLoadableError`.
    """
    with as_tenant(tenant_id):
        with context.sessions() as session:
            row = _row(session, tenant_id, model_id)
        files = _files(context, row)
        loaded = LoadedModel(
            model_id=row.id,
            tenant_id=row.tenant_id,
            product_id=row.product_id,
            public_id=row.public_id,
            fitted=_fitted(row, files),
            size=sum(map(len, files.values())),
        )
        with context.sessions.begin() as session:
            _record(session, row, actor, context.worker)
    return loaded


def _record(session: Session, row: TrainedModel, actor: Who, worker: str) -> None:
    audit.record(
        session,
        row.tenant_id,
        "load",
        "model",
        row.public_id,
        actor=actor,
        details={"worker": worker, "manifest_digest": row.manifest_digest},
    )


def _row(session: Session, tenant_id: UUID, model_id: UUID) -> TrainedModel:
    row = session.scalars(
        select(TrainedModel).where(TrainedModel.id == model_id, TrainedModel.tenant_id == tenant_id)
    ).one_or_none()
    if row is None:
        raise ModelNotLoadableError("The model was deleted")
    return row


def _files(context: Context, row: TrainedModel) -> dict[str, bytes]:
    try:
        return load_bundle(context.store, row.manifest_digest, context.signing_key)
    except (ArtifactError, ManifestError) as error:
        raise ModelNotLoadableError(
            f"The files of {row.public_id} cannot be used ({error}). Train the model again, or have"
            " the operator bring back the store of the models and its key (ARTIFACT_SIGNING_KEY)"
        ) from error


def _fitted(row: TrainedModel, files: dict[str, bytes]) -> FittedForecaster | LoadedTable:
    model = _unpickled(row, files["model.pkl"])
    if not isinstance(model, FittedForecaster):
        classes = row.details.get("classes")
        return LoadedTable(
            preprocessing=_unpickled(row, files["preprocessing.pkl"]),
            model=model,
            features=tuple(json.loads(files["feature_list.json"])),
            classes=None if classes is None else tuple(classes),
            ml_task=row.ml_task,
            interval_level=row.details.get("interval_level"),
            background=files.get("background.parquet"),
        )
    try:
        return with_periods(model, row.horizon_days or 0)
    except InvalidDataError as error:
        raise ModelNotLoadableError(
            f"{row.public_id} cannot predict on demand: {error}; train its product again, or read"
            " its stored forecast"
        ) from error


def _unpickled(row: TrainedModel, verified: bytes) -> Any:
    try:
        return bundle.loads(verified)
    except (AttributeError, ModuleNotFoundError) as error:  # what pickle misses of former code
        raise ModelNotLoadableError(
            f"{row.public_id} was made by an earlier version in a form that this one does not have"
            f" any more ({error}); train it again"
        ) from error
