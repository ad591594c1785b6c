"""What requests may say and what answers hold; the OpenAPI document is made from these."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
Numbers = dict[str, Any]
Item = TypeVar("Item")


class Request(BaseModel):
    """A body or a query of ours: unknown fields are mistakes."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, protected_namespaces=())


class Answer(BaseModel):
    """An answer, read from rows by attribute."""

    model_config = ConfigDict(
        from_attributes=True, protected_namespaces=(), ser_json_inf_nan="null"
    )


class Page(Answer, Generic[Item]):
    """Some items of a list; `next_cursor` asks for the following ones, null on the last page."""

    items: list[Item]
    next_cursor: str | None = None


class PageQuery(Request):
    limit: int = Field(default=50, ge=1, le=200, description="Items on a page")
    cursor: str | None = Field(default=None, description="`next_cursor` of the page before")


class ModelsQuery(PageQuery):
    product_id: str | None = Field(
        default=None, description="Only models of this product (id or SKU)"
    )
    kind: Literal["product", "table"] | None = Field(
        default=None, description="Only models of products, or only those of uploaded tables"
    )


class SalesQuery(Request):
    limit: int = Field(default=120, ge=1, le=2000, description="How many of the newest periods")


class RowError(Answer):
    row: int | None = Field(description="Number of the data row, the first one is 1")
    column: str | None
    value: str | None
    message: str


class ImportReport(Answer):
    rows_read: int
    rows_inserted: int
    rows_updated: int
    rows_unchanged: int
    products_created: int
    products: int
    product_ids: list[UUID]
    first_date: datetime | None
    last_date: datetime | None
    warnings: list[str]


class Product(Answer):
    """A product of the catalogue; `model` is the deployed one."""

    id: UUID
    product_id: UUID
    sku: str
    name: str
    category: str | None
    is_active: bool
    first_sale: datetime | None
    last_sale: datetime | None
    model: "ModelSummary | None"


class RecordedSale(Answer):
    """What was sold in one period; `ds` is the shop's wall clock."""

    ds: datetime
    quantity: float
    price: float | None
    promotion: float | None


class ProductSales(Answer):
    """Periods with a known quantity, in time order; days without a row are not listed."""

    product_id: UUID
    sku: str
    name: str
    sales: list[RecordedSale]


class ModelSummary(Answer):
    """A trained model. `id` and `model_id` (which is also `public_id`) both address it."""

    id: UUID
    model_id: str
    public_id: str
    name: str | None
    ml_task: str
    product_id: UUID | None
    product_name: str | None
    model_version: str
    algorithm: str
    is_deployed: bool
    deployed_at: datetime | None
    degraded_reason: str | None
    created_at: datetime
    training_job_id: UUID | None
    metrics: Numbers
    baseline: Numbers


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


class Health(Answer):
    status: Literal["ok"]


class Readiness(Answer):
    """Without Redis or a broker the service is only slower; so this asks the database alone."""

    status: Literal["ready"]
    database: Literal["ok"]


class Problem(Answer):
    """RFC 9457 problem details, the body of every refusal."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str | None
    errors: list[dict[str, Any]] | None = None
    errors_total: int | None = None
