"""What the service answers, with the names of its JSON fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from client.decoding import Record

ENDED = frozenset({"completed", "failed", "cancelled"})
Numbers = Mapping[str, Any]
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, kw_only=True)
class ImportReport(Record):
    rows_read: int = 0
    rows_inserted: int = 0
    rows_updated: int = 0
    rows_unchanged: int = 0
    products_created: int = 0
    products: int = 0
    product_ids: tuple[str, ...] = ()
    first_date: datetime | None = None
    last_date: datetime | None = None
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
    tasks_cancelled: int = 0
    tasks_running: int = 0


@dataclass(frozen=True, kw_only=True)
class ProductStatus(Record):
    """One product of a job. `metrics` and `baseline` come from rows the model had not seen."""

    product_id: str | None = None
    sku: str | None = None
    product_name: str | None = None
    status: str = "pending"
    phase: str | None = None
    progress: float = 0.0
    current_step: str | None = None
    attempt: int = 0
    error_type: str | None = None
    error_message: str | None = None
    recommended_action: str | None = None
    degraded_reason: str | None = None
    model_id: str | None = None
    algorithm: str | None = None
    metrics: Numbers = field(default_factory=dict)
    baseline: Numbers = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.product_name or self.sku or self.product_id or "?"


@dataclass(frozen=True, kw_only=True)
class JobStatus(Record):
    job_id: str
    kind: str = "products"
    job_name: str | None = None
    status: str = "pending"
    progress_percentage: float = 0.0
    current_step: str | None = None
    products_total: int | None = None
    products_completed: int = 0
    products_failed: int = 0
    products_cancelled: int = 0
    waiting_reason: str | None = None
    queue_position: int | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    created_at: datetime | None = None
    estimated_completion: datetime | None = None
    eta_seconds: float | None = None
    error_message: str | None = None
    progress_seq: int = 0
    products: tuple[ProductStatus, ...] = ()
    model: "Model | None" = None
    metrics: Numbers = field(default_factory=dict)
    logs: tuple[str, ...] = ()

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


@dataclass(frozen=True, kw_only=True)
class Model(Record):
    """A trained model; `id` and the short `model_id` both address it."""

    id: str
    model_id: str | None = None
    name: str | None = None
    ml_task: str | None = None
    product_id: str | None = None
    model_version: str | None = None
    algorithm: str | None = None
    is_deployed: bool = False
    degraded_reason: str | None = None
    training_data_points: int | None = None
    training_duration_seconds: float | None = None
    created_at: datetime | None = None
    metrics: Numbers = field(default_factory=dict)
    baseline: Numbers = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Product(Record):
    """A product of the catalogue, with its deployed or else its newest model."""

    id: str
    sku: str | None = None
    name: str | None = None
    category: str | None = None
    is_active: bool = True
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


@dataclass(frozen=True, kw_only=True)
class ForecastPoint(Record):
    ds: datetime
    yhat: float
    yhat_lower: float | None = None
    yhat_upper: float | None = None


@dataclass(frozen=True, kw_only=True)
class Forecast(Record):
    """What a model expects, with an interval that holds `interval_width` of the days."""

    model_id: str | None = None
    name: str | None = None
    algorithm: str | None = None
    interval_width: float | None = None
    forecast: tuple[ForecastPoint, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Page(Generic[R]):
    """Some items of a list; `next_cursor` asks for the following ones."""

    items: tuple[R, ...]
    next_cursor: str | None
