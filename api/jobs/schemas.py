"""What a request for a training may say, and what is told of jobs."""

from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.moments import Moment
from api.schemas import Answer, ModelSummary, Numbers, PageQuery, Request, Text
from core.training_options import LONGEST_TIMEOUT_S, TrainingOptions

MOST_PRODUCTS = 100_000
MOST_CATEGORIES = 1_000

JobKind = Literal["products", "upload", "prediction"]
Trigger = Literal["request", "schedule", "event", "drift", "retry"]
SortKey = Literal["created_at", "completed_at", "priority", "duration"]
Direction = Literal["asc", "desc"]
Status = Literal["pending", "running", "completed", "failed", "cancelled"]


class TrainingRequest(TrainingOptions):
    """What a training of products may be told; everything has a default."""

    job_name: Text | None = Field(default=None, description="A name to recognise the job by")
    priority: int = Field(default=0, ge=0, le=9, description="Higher ones are trained first")
    force: bool = Field(
        default=False, description="Train products, too, for which nothing has changed"
    )
    timeout_seconds: int | None = Field(
        default=None, ge=1, le=LONGEST_TIMEOUT_S, description="Deadline of the job"
    )


class StartRequest(TrainingRequest):
    products: list[Text] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_PRODUCTS,
        description="Product ids or SKUs; left out, all active products",
    )
    categories: list[Text] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_CATEGORIES,
        description="Instead of `products`: the active products of these categories, as they are"
        " when the training starts",
    )

    @model_validator(mode="after")
    def _is_one_choice(self) -> Self:
        if self.products is not None and self.categories is not None:
            raise ValueError("send products or categories, not both")
        return self


class StopRequest(Request):
    mode: Literal["abort", "finish"] = Field(
        default="abort",
        description="`abort` stops what runs; `finish` keeps what is done: running products end,"
        " a table keeps its best model so far, and what waits is cancelled",
    )


class Links(Answer):
    status: str = Field(description="Address of its status")
    progress: str = Field(description="Address of the WebSocket that tells its progress")
    stop: str = Field(description="Address that stops it, with POST")


class AcceptedJob(Answer):
    """A job that will reach a terminal state, whoever watches."""

    job_id: UUID
    status: Status
    products_total: int
    links: Links


class StoppedJob(Answer):
    """`tasks_running` are told to unwind and end within seconds. A job that `had_ended` before
    stays as it is.
    """

    job_id: UUID
    status: Status
    had_ended: bool
    tasks_cancelled: int
    tasks_running: int


class DeletedJob(Answer):
    """The record of the job is gone; the models that it made stay."""

    job_id: UUID
    models_kept: int


class HistoryQuery(PageQuery):
    status: Status | None = Field(default=None, description="Only jobs in this state")
    kind: JobKind | None = Field(
        default=None,
        description="Only jobs over products, those of uploaded tables, or predictions of files",
    )
    trigger: Trigger | None = Field(default=None, description="Only jobs started by this")
    job_name: Text | None = Field(
        default=None, description="Only jobs whose name contains this, in any case of letters"
    )
    product: Text | None = Field(
        default=None, description="Only jobs that train this product (id or SKU)"
    )
    created_from: Moment | None = Field(
        default=None, description="Only jobs created at this moment or later"
    )
    created_to: Moment | None = Field(
        default=None, description="Only jobs created before this moment"
    )
    sort: SortKey = Field(
        default="created_at",
        description="By `completed_at` and `duration`, only jobs that have one are listed",
    )
    direction: Direction = Field(default="desc")


class ProductStatusQuery(PageQuery):
    status: Status | None = Field(default=None, description="Only products in this state")


class JobSummary(Answer):
    job_id: UUID
    kind: JobKind = Field(
        description="Over products of the catalogue, of an uploaded table, or the prediction of a"
        " file"
    )
    job_name: str | None
    status: Status
    priority: int
    progress_percentage: float
    current_step: str | None
    products_total: int
    products_completed: int
    products_failed: int
    products_cancelled: int
    products_skipped: int
    trigger: Trigger
    retry_of: UUID | None
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
    """One product of a job. `metrics` and `baseline` come from rows that the model had not seen.

    `model_id` is the model that was trained or, with a `skipped_reason`, the one that was kept.
    `queue_position` is the place among the products of the job that wait.
    """

    product_id: UUID | None
    sku: str | None
    product_name: str | None
    status: Status
    phase: str | None
    progress: float
    current_step: str | None
    attempt: int
    max_attempts: int
    started_at: datetime | None
    completed_at: datetime | None
    queue_position: int | None
    waiting_reason: str | None
    error_type: str | None
    error_message: str | None
    recommended_action: str | None
    severity: str | None
    degraded_reason: str | None
    warnings: list[str] = Field(
        default_factory=list, description="What the training had to do without, say the weather"
    )
    skipped_reason: str | None
    model_id: str | None
    algorithm: str | None
    metrics: Numbers
    baseline: Numbers


class JobStatus(JobSummary):
    """`products` are in the order in which they are trained, the first 1,000 of them;
    `products_next_cursor` asks `/status/{job_id}/products` for more. Of an upload, the fields below
    tell instead.

    `estimated_completion_p50` and `_p90` are learned from trainings that ended; null while few are
    recorded.
    """

    waiting_reason: str | None
    queue_position: int | None
    hints: list[str] = Field(default_factory=list, description="What many products share")
    estimated_completion_p50: datetime | None = None
    estimated_completion_p90: datetime | None = None
    request: dict[str, Any]
    products: list[ProductStatus] = Field(
        description="The first 1,000 products, in the order in which they are trained"
    )
    products_next_cursor: str | None = None
    phase: str | None = None
    progress: float | None = Field(
        default=None, description="How far an upload is, in percent, as its messages tell"
    )
    message: str | None = None
    model: ModelSummary | None = Field(
        default=None, description="The model that came of an upload; else null"
    )
    predicting_model_id: str | None = Field(
        default=None, description="The model that predicts a file; null for trainings"
    )
    metrics: Numbers = Field(default_factory=dict)
    logs: list[str] = Field(default_factory=list)
    model_file_path: str | None = None
    preprocessing_file_path: str | None = None
