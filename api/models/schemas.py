"""What requests about models may say and what answers about them hold."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.moments import Moment, WallClock
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


class CompareQuery(Request):
    a: Text = Field(description="A model")
    b: Text = Field(description="The model to compare it with")


class RetentionQuery(Request):
    limit: int = Field(default=50, ge=1, le=200, description="Models that are listed")


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


class ExpiredModel(Answer):
    """A model that is not to be kept, and why."""

    model_id: str
    product_id: UUID | None
    name: str | None
    model_version: str
    created_at: datetime
    size_bytes: int
    why: Literal["age", "version_limit"]
    reason: str


class Storage(Answer):
    """Files of models: as many bytes as the models have, and as are stored, since the same content
    is stored once.
    """

    logical_bytes: int
    stored_bytes: int
    saved_bytes: int


class ModelsByReason(Answer):
    """How many models would go for each reason."""

    age: int = Field(description="Models that are older than `retention_days`")
    version_limit: int = Field(description="Models with `max_versions` newer ones")


class RetentionPlan(Answer):
    """What retention would delete now. The totals and `bytes`, those of files that nothing else
    names, are over all models, however few are listed.
    """

    retention_days: int
    max_versions: int
    models: list[ExpiredModel] = Field(description="The first of them, by product and age")
    models_total: int = Field(description="How many models would be deleted")
    models_by_reason: ModelsByReason = Field(description="How many they are for each reason")
    bytes: int
    storage: Storage


class RetentionLinks(Answer):
    plan: str = Field(description="Tells how many models are still to go")


class RetentionRun(Answer):
    """What retention deleted; `storage` is what is left. Of very many models the first go at once,
    and the others in the background.
    """

    retention_days: int
    max_versions: int
    models: list[ExpiredModel] = Field(description="The models that were deleted")
    models_left: int = Field(
        description="How many more are deleted in the background, within minutes"
    )
    links: RetentionLinks
    bytes_reclaimed: int
    bytes_later: int
    storage: Storage


Side = Literal["a", "b"]


class MetricPair(Answer):
    """`difference` is b minus a; `better` is null where they are equal or it cannot be said."""

    name: str = Field(description="Name of the metric")
    a: float | None = Field(description="Its value of the first model; null if it has none")
    b: float | None = Field(description="Its value of the second model; null if it has none")
    difference: float | None
    better: Side | None = Field(
        description="Which model it speaks for; null where they are equal or it cannot be said"
    )


class ParameterPair(Answer):
    name: str = Field(description="Name of the hyperparameter")
    a: Any = Field(description="Its value in the first model")
    b: Any = Field(description="Its value in the second model")


class FeatureDifference(Answer):
    only_a: list[Any]
    only_b: list[Any]
    shared: int


class DataPair(Answer):
    """What the models learned from; `is_same` if it was the same data to the last value."""

    is_same: bool
    training_points_a: int | None
    training_points_b: int | None
    forecast_from_a: WallClock | None
    forecast_from_b: WallClock | None


class ForecastPair(Answer):
    ds: WallClock
    a: float = Field(description="What the first model expects")
    b: float = Field(description="What the second model expects")
    difference: float


class ModelComparison(Answer):
    """Two models side by side. Only what differs is listed of the hyperparameters; forecasts are
    those of the moments that both tell of; `gate` is the test of both on the same windows, if the
    one was trained while the other was deployed.
    """

    a: ModelSummary = Field(description="The first model")
    b: ModelSummary = Field(description="The second model")
    better: Side | None = Field(description="The better one; null where it cannot be said")
    verdict: str
    metrics: list[MetricPair]
    hyperparameters: list[ParameterPair] = Field(description="Hyperparameters that differ")
    features: FeatureDifference = Field(description="Which features only one of them looks at")
    data: DataPair
    forecasts: list[ForecastPair]
    gate: DeploymentEntry | None


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


class ForecastPoint(Answer):
    """`ds` is the shop's wall clock."""

    ds: WallClock
    yhat: float
    yhat_lower: float | None
    yhat_upper: float | None


class ForecastAnswer(Answer):
    model_id: str
    product_id: UUID | None
    name: str | None
    algorithm: str
    frequency: str | None
    interval_width: float | None
    degraded_reason: str | None
    forecast: list[ForecastPoint]
