"""What the service answers, with the names of its JSON fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from client.decoding import Record

ENDED = frozenset({"completed", "failed", "cancelled"})
Numbers = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ImportReport(Record):
    rows_read: int = 0
    rows_inserted: int = 0
    rows_updated: int = 0
    rows_unchanged: int = 0
    rows_deleted: int = 0
    products_created: int = 0
    products: int = 0
    product_ids: tuple[str, ...] = ()
    first_date: datetime | None = None
    last_date: datetime | None = None
    covariates: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AcceptedJob(Record):
    """A job that will reach a terminal state, whoever watches."""

    job_id: str
    status: str = "pending"
    products_total: int | None = None
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StoppedJob(Record):
    """Running tasks are told to end, which takes them seconds."""

    job_id: str
    status: str
    had_ended: bool = False
    tasks_cancelled: int = 0
    tasks_running: int = 0


@dataclass(frozen=True, kw_only=True)
class DeletedJob(Record):
    """The record of the job is gone; the models that it made stay."""

    job_id: str
    models_kept: int = 0


@dataclass(frozen=True, kw_only=True)
class ProductStatus(Record):
    """One product of a job. `metrics` and `baseline` come from rows the model had not seen.

    `model_id` is the model that was trained or, with a `skipped_reason`, the one that was kept.
    """

    product_id: str | None = None
    sku: str | None = None
    product_name: str | None = None
    status: str = "pending"
    phase: str | None = None
    progress: float = 0.0
    current_step: str | None = None
    attempt: int = 0
    max_attempts: int | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    queue_position: int | None = None
    waiting_reason: str | None = None
    error_type: str | None = None
    error_message: str | None = None
    recommended_action: str | None = None
    severity: str | None = None
    degraded_reason: str | None = None
    skipped_reason: str | None = None
    model_id: str | None = None
    algorithm: str | None = None
    metrics: Numbers = field(default_factory=dict)
    baseline: Numbers = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.product_name or self.sku or self.product_id or "The file"


@dataclass(frozen=True, kw_only=True)
class JobStatus(Record):
    """A job, as the history lists it; its own status also tells of its products, or of its table.

    After `estimated_completion_p90` few jobs end; `_p50` is as likely too early as too late.
    """

    job_id: str
    kind: str = "products"
    job_name: str | None = None
    status: str = "pending"
    priority: int = 0
    trigger: str | None = None
    retry_of: str | None = None
    progress_percentage: float = 0.0
    current_step: str | None = None
    products_total: int | None = None
    products_completed: int = 0
    products_failed: int = 0
    products_cancelled: int = 0
    products_skipped: int = 0
    waiting_reason: str | None = None
    queue_position: int | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    created_at: datetime | None = None
    deadline_at: datetime | None = None
    stop_requested_at: datetime | None = None
    stop_mode: str | None = None
    estimated_completion: datetime | None = None
    estimated_completion_p50: datetime | None = None
    estimated_completion_p90: datetime | None = None
    error_message: str | None = None
    progress_seq: int = 0
    hints: tuple[str, ...] = ()
    request: Numbers = field(default_factory=dict)
    products: tuple[ProductStatus, ...] = ()
    products_next_cursor: str | None = None
    model: "Model | None" = None
    predicting_model_id: str | None = None
    metrics: Numbers = field(default_factory=dict)
    logs: tuple[str, ...] = ()

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    @property
    def eta_seconds(self) -> float | None:
        """How long it will take from now on."""
        expected = self.estimated_completion_p50 or self.estimated_completion
        if expected is None or self.has_ended:
            return None
        return max((expected - datetime.now(UTC)).total_seconds(), 0.0)


@dataclass(frozen=True, kw_only=True)
class Model(Record):
    """A trained model; `id` and the short `model_id` both address it."""

    id: str
    model_id: str | None = None
    name: str | None = None
    ml_task: str | None = None
    product_id: str | None = None
    product_name: str | None = None
    model_version: str | None = None
    algorithm: str | None = None
    is_deployed: bool = False
    deployed_at: datetime | None = None
    is_pinned: bool = False
    degraded_reason: str | None = None
    training_data_points: int | None = None
    training_duration_seconds: float | None = None
    created_at: datetime | None = None
    training_job_id: str | None = None
    metrics: Numbers = field(default_factory=dict)
    baseline: Numbers = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Product(Record):
    """A product of the catalogue, with its deployed model."""

    id: str
    sku: str | None = None
    name: str | None = None
    category: str | None = None
    is_active: bool = True
    priority: int = 0
    first_sale: datetime | None = None
    last_sale: datetime | None = None
    model: Model | None = None

    @property
    def days(self) -> int | None:
        """Length of its history."""
        if self.first_sale is None or self.last_sale is None:
            return None
        return (self.last_sale - self.first_sale).days + 1


@dataclass(frozen=True, kw_only=True)
class RecordedSale(Record):
    """What was sold in one period; `ds` is the shop's wall clock."""

    ds: datetime
    quantity: float
    price: float | None = None
    promotion: float | None = None


@dataclass(frozen=True, kw_only=True)
class ProductSales(Record):
    """What a product sold lately, in time order."""

    product_id: str
    sku: str | None = None
    name: str | None = None
    sales: tuple[RecordedSale, ...] = ()
