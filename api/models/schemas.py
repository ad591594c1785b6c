"""What requests about models may say and what answers about them hold."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas import Answer, ModelSummary, Numbers, PageQuery


class ModelsQuery(PageQuery):
    product_id: str | None = Field(
        default=None, description="Only models of this product (id or SKU)"
    )
    kind: Literal["product", "table"] | None = Field(
        default=None, description="Only models of products, or only those of uploaded tables"
    )


class Artifact(Answer):
    artifact_type: str
    file_path: str
    file_size_bytes: int
    checksum: str


class ModelDetail(ModelSummary):
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
    artifacts: list[Artifact]


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

    ds: datetime
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
