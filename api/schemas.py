"""What requests may say and what answers hold; the OpenAPI document is made from these."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

LONGEST_TIMEOUT_S = 7 * 24 * 3600
MOST_PRODUCTS = 100_000

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
Status = Literal["pending", "running", "completed", "failed", "cancelled"]
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


ForecastAlgorithm = Literal[
    "auto",
    "prophet",
    "prophet_covariates",
    "gradient_boosting",
    "poisson",
    "seasonal_mean",
    "seasonal_naive",
    "drift",
    "croston_tsb",
    "shared_profile",
]
"""What the pipeline, which no module of the API may import, accepts; a test holds them together."""


class TrainingRequest(Request):
    """What a training of products may be told; everything has a default."""

    job_name: Text | None = Field(default=None, description="A name to recognise the job by")
    priority: int = Field(default=0, ge=0, le=9, description="Higher ones are trained first")
    algorithm: ForecastAlgorithm = Field(
        default="auto", description="`auto` chooses by backtest; or the name of one algorithm"
    )
    timeout_seconds: int | None = Field(
        default=None, ge=1, le=LONGEST_TIMEOUT_S, description="Deadline of the job"
    )
    horizon_days: int | None = Field(
        default=None, ge=1, le=730, description="Days that the stored forecast reaches ahead"
    )


class StartRequest(TrainingRequest):
    products: list[Text] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_PRODUCTS,
        description="Product ids or SKUs; left out, all active products",
    )


class StopRequest(Request):
    mode: Literal["abort", "finish"] = Field(
        default="abort",
        description="`abort` stops what runs; `finish` lets it end and cancels what waits",
    )


class TableRequest(Request):
    """What a training of an uploaded Parquet file needs to be told."""

    ml_task: Literal["classification", "regression", "clustering", "time_series"] = Field(
        description="`classification` or `regression`; the other two are not available yet"
    )
    target_variable: str | None = Field(
        default=None, min_length=1, max_length=1000, description="The column to predict"
    )
    model_type: Text = Field(default="auto", description="`auto`, or the name of one algorithm")
    task_name: Text | None = Field(default=None, description="A name to recognise the model by")
    test_size: float = Field(
        default=0.2, gt=0, lt=1, description="Share of the rows that is held out for the evaluation"
    )
    timeout_seconds: int | None = Field(
        default=None, ge=1, le=LONGEST_TIMEOUT_S, description="Deadline of the training"
    )

    @model_validator(mode="after")
    def _is_possible(self) -> "TableRequest":
        if self.ml_task not in {"classification", "regression"}:
            raise ValueError(
                f"ml_task '{self.ml_task}' is not available yet:"
                " use 'classification' or 'regression'"
            )
        if self.target_variable is None:
            raise ValueError(
                f"target_variable is required for {self.ml_task}: name the column to predict"
            )
        return self


class StudioRequest(TableRequest):
    """The first message of a Model Studio connection. The file may follow as a binary message."""

    action: Literal["start_training"]
    file_data: str | None = Field(default=None, description="The Parquet file as Base64 text")


class UploadForm(TableRequest):
    """The fields beside `file`."""


class Links(Answer):
    status: str
    progress: str
    stop: str


class AcceptedJob(Answer):
    """A job that will reach a terminal state, whoever watches."""

    job_id: UUID
    status: Status
    products_total: int
    links: Links


class StoppedJob(Answer):
    """`running` tasks are told to unwind and end within seconds."""

    job_id: UUID
    status: Status
    tasks_cancelled: int
    tasks_running: int


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


class JobSummary(Answer):
    job_id: UUID
    kind: Literal["products", "upload"]
    job_name: str | None
    status: Status
    priority: int
    progress_percentage: float
    current_step: str | None
    products_total: int
    products_completed: int
    products_failed: int
    products_cancelled: int
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    deadline_at: datetime | None
    estimated_completion: datetime | None
    stop_requested_at: datetime | None
    stop_mode: Literal["abort", "finish"] | None
    error_message: str | None
    progress_seq: int


class ProductStatus(Answer):
    """One product of a job. `metrics` and `baseline` come from rows that the model had not seen."""

    product_id: UUID | None
    sku: str | None
    product_name: str | None
    status: Status
    phase: str | None
    progress: float
    current_step: str | None
    attempt: int
    error_type: str | None
    error_message: str | None
    recommended_action: str | None
    degraded_reason: str | None
    model_id: str | None
    algorithm: str | None
    metrics: Numbers
    baseline: Numbers


class JobStatus(JobSummary):
    """`products` are in the order of the request; of an upload, the fields below tell instead."""

    waiting_reason: str | None
    queue_position: int | None
    request: dict[str, Any]
    products: list[ProductStatus]
    phase: str | None = None
    message: str | None = None
    model: "ModelSummary | None" = None
    metrics: Numbers = Field(default_factory=dict)
    logs: list[str] = Field(default_factory=list)
    model_file_path: str | None = None
    preprocessing_file_path: str | None = None


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
