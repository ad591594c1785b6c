"""What is asked and told of analytics."""

from datetime import UTC, date, datetime, timedelta
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from api.moments import DayOrMoment
from api.schemas import Answer, Request, Text

DEFAULT_DAYS = 90
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_MOMENT = "; a date, or a date and time (UTC unless it says otherwise)"


class AnalyticsQuery(Request):
    since: DayOrMoment | None = Field(
        default=None, alias="from", description=f"Begin, {DEFAULT_DAYS} days before `to`{_MOMENT}"
    )
    until: DayOrMoment | None = Field(
        default=None, alias="to", description=f"End, not included; now unless told{_MOMENT}"
    )
    category: Text | None = Field(default=None, description="Only products of this category")
    product: Text | None = Field(default=None, description="Only this product (id or SKU)")
    limit: int = Field(default=20, ge=1, le=200, description="Length of lists")

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        since, until = self.period()
        if since < EARLIEST or until > LATEST:
            raise ValueError(f"from and to must be in the years {EARLIEST:%Y} to {LATEST:%Y}")
        if since >= until:
            raise ValueError(f"from ({since.isoformat()}) must be before to ({until.isoformat()})")
        return self

    def period(self, now: datetime | None = None) -> tuple[datetime, datetime]:
        until = _in_utc(self.until) if self.until else now or datetime.now(UTC)
        since = _in_utc(self.since) if self.since else _days_before(until)
        return since, until


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _days_before(until: datetime) -> datetime:
    return max(until - timedelta(days=DEFAULT_DAYS), EARLIEST) if until > EARLIEST else until


class Period(Answer):
    """`until` is not included. Days are those of `time_zone`."""

    since: datetime
    until: datetime
    time_zone: str


class Summary(Answer):
    """Null where there is nothing to sum up."""

    count: int
    mean: float | None
    minimum: float | None
    p10: float | None
    p25: float | None
    median: float | None
    p75: float | None
    p90: float | None = Field(description="Nine of ten were no greater")
    maximum: float | None


class Bin(Answer):
    """How many were above `above` and at most `up_to`; null is open to that side."""

    above: float | None
    up_to: float | None
    count: int


class JobFigures(Answer):
    """Jobs asked for in the period; `success_rate` (percent) is of those completed or failed."""

    total: int
    by_status: dict[str, int]
    by_trigger: dict[str, int]
    success_rate: float | None


class ProductFigures(Answer):
    """Trainings of single products that ended in the period."""

    trained: int
    skipped: int
    failed: int
    cancelled: int
    degraded: int
    success_rate: float | None
    trained_per_day: float


class PerformanceDay(Answer):
    day: date
    trained: int
    skipped: int
    failed: int
    success_rate: float | None


class Failure(Answer):
    """The words are those of the newest failure of this type."""

    error_type: str
    count: int
    products: int = Field(description="Different products that failed so")
    severity: str | None
    recommended_action: str | None
    example: str | None
    last_seen: datetime


class Saved(Answer):
    """Unchanged products that kept their model; `seconds` is what those took to train."""

    products_skipped: int
    seconds: int


class Performance(Answer):
    """`previous` is the period of the same length before."""

    period: Period
    jobs: JobFigures = Field(description="The jobs of the period")
    products: ProductFigures = Field(description="The trainings of the period")
    previous: ProductFigures
    models_trained: int
    trend: list[PerformanceDay]
    failures: list[Failure]
    saved_by_incremental_training: Saved


class AgainstBaseline(Answer):
    """By MASE on the same rows; `mean_improvement` and `better_share` in percent."""

    compared: int
    better: int = Field(
        description="Models whose error is below that of the seasonal naive forecast"
    )
    better_share: float | None
    mean_improvement: float | None


class AccuracyGroup(Answer):
    name: str | None = Field(
        description="The category or the algorithm; null for products without a category"
    )
    models: int
    mean_accuracy: float | None
    median_accuracy: float | None
    mean_mase: float | None
    mean_wape: float | None


class AccuracyDay(Answer):
    day: date
    models: int
    mean_accuracy: float | None
    mean_mase: float | None
    mean_wape: float | None


class VersionAccuracy(Answer):
    model_id: str
    product_id: UUID
    product_name: str
    sku: str
    category: str | None
    model_version: str
    algorithm: str
    is_deployed: bool
    created_at: datetime
    accuracy: float | None
    mase: float | None
    wape: float | None
    baseline_mase: float | None


class Advice(Answer):
    reason: str
    recommended_action: str


class WorstProduct(VersionAccuracy):
    advice: list[Advice]


class Accuracy(Answer):
    """Of the newest model of each product, but for `trend` (all models) and `versions` (all of
    the product that was asked for).
    """

    period: Period
    distribution: list[Bin] = Field(
        description="How many models there are in each span of accuracy, in percent"
    )
    accuracy: Summary = Field(description="Accuracy of the models, in percent")
    mase: Summary = Field(description="MASE of the models")
    wape: Summary = Field(description="WAPE of the models")
    against_baseline: AgainstBaseline
    by_category: list[AccuracyGroup]
    by_algorithm: list[AccuracyGroup] = Field(
        description="Accuracy of the models of each algorithm"
    )
    trend: list[AccuracyDay]
    versions: list[VersionAccuracy] = Field(
        description="All models of the product that was asked for; else none"
    )
    worst_products: list[WorstProduct]


class DurationGroup(Answer):
    name: str = Field(description="The algorithm, step or product")
    count: int
    p50: float | None
    p90: float | None
    maximum: float | None
    total: float


class SlowProduct(DurationGroup):
    product_id: UUID
    sku: str
    category: str | None


class DurationDay(Answer):
    day: date
    products: int = Field(description="Products that were trained")
    p50: float | None
    p90: float | None


class Duration(Answer):
    """In seconds. `jobs` and `queue_wait` are of jobs, the rest of the training of one product."""

    period: Period
    distribution: list[Bin] = Field(description="How many jobs took how long, in seconds")
    jobs: Summary = Field(description="How long jobs took, in seconds")
    queue_wait: Summary
    products: Summary = Field(description="How long the training of one product took, in seconds")
    by_algorithm: list[DurationGroup] = Field(
        description="How long the trainings with each algorithm took, in seconds"
    )
    by_step: list[DurationGroup]
    slowest_products: list[SlowProduct]
    trend: list[DurationDay]
