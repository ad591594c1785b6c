"""What requests about models may say and what answers about them hold."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.moments import Moment
from api.predictions.schemas import LiveFigures
from api.schemas import Answer, ModelSummary, Numbers, PageQuery, Request, Text
from db.lifecycle.outcomes import MlTask
from db.models.listing import SortKey
from db.pages import Direction


class ModelsQuery(PageQuery):
    product_id: str | None = Field(
        default=None, description="Only models of this product (id or SKU)"
    )
    kind: Literal["product", "table"] | None = Field(
        default=None, description="Only models of products, or only those of uploaded tables"
    )
    category: Text | None = Field(
        default=None, description="Only models of products of this category"
    )
    algorithm: Text | None = Field(default=None, description="Only models of this algorithm")
    ml_task: MlTask | None = Field(default=None, description="Only models for this task")
    deployed: bool | None = Field(default=None, description="Only models that are deployed, or not")
    pinned: bool | None = Field(default=None, description="Only models that are pinned, or not")
    degraded: bool | None = Field(
        default=None, description="Only models that stand in for a better method, or none of them"
    )
    created_from: Moment | None = Field(
        default=None, description="Only models created at this moment or later"
    )
    created_to: Moment | None = Field(
        default=None, description="Only models created before this moment"
    )
    min_accuracy: float | None = Field(default=None, description="At least so many percent")
    max_accuracy: float | None = Field(default=None, description="At most so many percent")
    min_mase: float | None = Field(default=None, description="A scaled error of at least this")
    max_mase: float | None = Field(default=None, description="A scaled error of at most this")
    sort: SortKey = Field(
        default="created_at", description="Models without a value to sort by are left out"
    )
    direction: Direction = Field(default="desc")


class DeleteQuery(Request):
    force: bool = Field(default=False, description="Also if the model is deployed or pinned")


class Artifact(Answer):
    artifact_type: str
    file_path: str
    file_size_bytes: int
    checksum: str


class DeploymentEntry(Answer):
    """A change of what is deployed, or why there was none. A model that was deleted since is null.

    `kind`: `auto` a new model passed the gate, `refused` it did not, `manual` a person deployed it,
    `rollback` the model before was deployed again, `withdrawn` the deployed model was deleted.
    """

    id: int
    kind: Literal["auto", "manual", "rollback", "refused", "withdrawn"] = Field(
        description="How the deployed model changed, or why it did not"
    )
    model_id: str | None
    model_version: str | None
    previous_model_id: str | None
    previous_model_version: str | None
    reason: str
    evidence: dict[str, Any]
    actor: str
    created_at: datetime


class ModelVersion(Answer):
    """One of the models of a product."""

    model_id: str
    model_version: str
    algorithm: str
    is_deployed: bool
    is_pinned: bool
    degraded_reason: str | None
    created_at: datetime
    accuracy: float | None
    mase: float | None
    wape: float | None


class TrainingJobOfModel(Answer):
    """The job that trained a model."""

    job_id: UUID
    job_name: str | None
    status: str
    trigger: str
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


class ModelDetail(ModelSummary):
    """`versions` are all kept models of the product, newest first; `deployments` is the history of
    this one; `gate` is how it fared against the model that was deployed before it was trained;
    `live` is how its forecast does against later sales, null while it was not scored.
    """

    model_path: str
    hyperparameters: Numbers
    features: list[Any]
    details: dict[str, Any]
    training_duration_seconds: int | None
    training_data_points: int | None
    validation_data_points: int | None
    interval_width: float | None
    frequency: str | None
    horizon_days: int | None
    data_digest: str | None
    manifest_digest: str
    artifacts: list[Artifact]
    versions: list[ModelVersion]
    deployments: list[DeploymentEntry]
    gate: DeploymentEntry | None
    live: LiveFigures | None
    previous_champion: str | None = Field(
        description="The model of this product that a rollback would deploy"
    )
    training_job: TrainingJobOfModel | None


class DeletedModel(Answer):
    """`previous_champion` can be deployed in place of a deployed model that was deleted.

    Files that no other model names leave the store at once (`bytes_reclaimed`) or, if a training
    may be about to name them, within a day (`bytes_later`).
    """

    model_id: str
    was_deployed: bool
    previous_champion: str | None
    bytes_reclaimed: int
    bytes_later: int


class ModelQuality(Answer):
    """Quality on rows that the model had not seen, beside the seasonal naive on the same rows.

    `metrics` has all of it under the short names; `extra` what has no field of its own.
    """

    model_id: str
    product_id: UUID | None
    mae: float | None
    rmse: float | None
    r2_score: float | None
    mape: float | None
    accuracy_percentage: float | None
    wape: float | None
    smape: float | None
    mase: float | None
    coverage: float | None
    metrics: Numbers
    baseline: Numbers
    extra: Numbers
    validation_data_points: int | None
    created_at: datetime
