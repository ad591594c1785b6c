"""What analytics tell. Where there is nothing to tell, counts are 0, lists empty, others None."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from client.decoding import Record


@dataclass(frozen=True, kw_only=True)
class Period(Record):
    """`until` is not included. Days are those of `time_zone`."""

    since: datetime
    until: datetime
    time_zone: str


@dataclass(frozen=True, kw_only=True)
class Summary(Record):
    """None where there is nothing to sum up."""

    count: int
    mean: float | None = None
    minimum: float | None = None
    p10: float | None = None
    p25: float | None = None
    median: float | None = None
    p75: float | None = None
    p90: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, kw_only=True)
class Bin(Record):
    """How many were above `above` and at most `up_to`; None is open to that side."""

    above: float | None = None
    up_to: float | None = None
    count: int


@dataclass(frozen=True, kw_only=True)
class JobFigures(Record):
    """Jobs asked for in the period; `success_rate` (percent) is of those completed or failed."""

    total: int
    by_status: Mapping[str, int]
    by_trigger: Mapping[str, int]
    success_rate: float | None = None


@dataclass(frozen=True, kw_only=True)
class ProductFigures(Record):
    """Trainings of single products that ended in the period."""

    trained: int
    skipped: int
    failed: int
    cancelled: int
    degraded: int
    success_rate: float | None = None
    trained_per_day: float


@dataclass(frozen=True, kw_only=True)
class PerformanceDay(Record):
    day: date
    trained: int
    skipped: int
    failed: int
    success_rate: float | None = None


@dataclass(frozen=True, kw_only=True)
class Failure(Record):
    """The words are those of the newest failure of this type."""

    error_type: str
    count: int
    products: int
    severity: str | None = None
    recommended_action: str | None = None
    example: str | None = None
    last_seen: datetime


@dataclass(frozen=True, kw_only=True)
class Saved(Record):
    """Unchanged products that kept their model; `seconds` is what those took to train."""

    products_skipped: int
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Performance(Record):
    """`previous` is the period of the same length before."""

    period: Period
    jobs: JobFigures
    products: ProductFigures
    previous: ProductFigures
    models_trained: int
    trend: tuple[PerformanceDay, ...] = ()
    failures: tuple[Failure, ...] = ()
    saved_by_incremental_training: Saved


@dataclass(frozen=True, kw_only=True)
class AgainstBaseline(Record):
    """By MASE on the same rows; `mean_improvement` and `better_share` in percent."""

    compared: int
    better: int
    better_share: float | None = None
    mean_improvement: float | None = None


@dataclass(frozen=True, kw_only=True)
class AccuracyGroup(Record):
    name: str | None = None
    models: int
    mean_accuracy: float | None = None
    median_accuracy: float | None = None
    mean_mase: float | None = None
    mean_wape: float | None = None


@dataclass(frozen=True, kw_only=True)
class AccuracyDay(Record):
    day: date
    models: int
    mean_accuracy: float | None = None
    mean_mase: float | None = None
    mean_wape: float | None = None


@dataclass(frozen=True, kw_only=True)
class VersionAccuracy(Record):
    model_id: str
    product_id: str
    product_name: str
    sku: str
    category: str | None = None
    model_version: str
    algorithm: str
    is_deployed: bool
    created_at: datetime
    accuracy: float | None = None
    mase: float | None = None
    wape: float | None = None
    baseline_mase: float | None = None


@dataclass(frozen=True, kw_only=True)
class Advice(Record):
    reason: str
    recommended_action: str


@dataclass(frozen=True, kw_only=True)
class WorstProduct(VersionAccuracy):
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Accuracy(Record):
    """Of the newest model of each product, but for `trend` (all models) and `versions` (all of
    the product that was asked for).
    """

    period: Period
    distribution: tuple[Bin, ...] = ()
    accuracy: Summary
    mase: Summary
    wape: Summary
    against_baseline: AgainstBaseline
    by_category: tuple[AccuracyGroup, ...] = ()
    by_algorithm: tuple[AccuracyGroup, ...] = ()
    trend: tuple[AccuracyDay, ...] = ()
    versions: tuple[VersionAccuracy, ...] = ()
    worst_products: tuple[WorstProduct, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DurationGroup(Record):
    name: str
    count: int
    p50: float | None = None
    p90: float | None = None
    maximum: float | None = None
    total: float


@dataclass(frozen=True, kw_only=True)
class SlowProduct(DurationGroup):
    product_id: str
    sku: str
    category: str | None = None


@dataclass(frozen=True, kw_only=True)
class DurationDay(Record):
    day: date
    products: int
    p50: float | None = None
    p90: float | None = None


@dataclass(frozen=True, kw_only=True)
class Duration(Record):
    """In seconds. `jobs` and `queue_wait` are of jobs, the rest of the training of one product."""

    period: Period
    distribution: tuple[Bin, ...] = ()
    jobs: Summary
    queue_wait: Summary
    products: Summary
    by_algorithm: tuple[DurationGroup, ...] = ()
    by_step: tuple[DurationGroup, ...] = ()
    slowest_products: tuple[SlowProduct, ...] = ()
    trend: tuple[DurationDay, ...] = ()
