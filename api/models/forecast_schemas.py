"""What answers about stored forecasts hold.

Quantiles and drivers tell of the first 1,000 periods, and of none for models that an earlier
version trained.
"""

from uuid import UUID

from pydantic import Field

from api.moments import Day, WallClock
from api.schemas import Answer, PageQuery, Text


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


class QuantilesOfPeriod(Answer):
    ds: WallClock
    values: list[float | None] = Field(description="For each of `levels`, how much suffices")


class ForecastQuantiles(Answer):
    """How much suffices in which share of all cases: at level 0.9 in nine of ten."""

    model_id: str
    name: str | None
    levels: list[float] = Field(description="Shares, the least first")
    periods: list[QuantilesOfPeriod] = Field(description="In time order")


class DriversOfPeriod(Answer):
    """The values add up to `yhat`."""

    ds: WallClock
    yhat: float
    values: list[float | None] = Field(description="For each of `parts`, what it adds")
    effects: list[str] = Field(
        description="The strongest in words, such as `+6 because of the holiday`"
    )


class ForecastDrivers(Answer):
    """Why a forecast is what it is.

    `level` and `trend` are there on every day; `week`, `year`, `holidays`, `event:NAME`, `closed`
    and the names of covariates move a period away from them; `other` is the rest.
    """

    model_id: str
    name: str | None
    parts: list[str] = Field(description="Names of the parts")
    periods: list[DriversOfPeriod] = Field(description="In time order")


class ForecastsQuery(PageQuery):
    category: Text | None = Field(default=None, description="Only products of this category")
    starts_from: Day | None = Field(
        default=None, description="Only periods of this day and later, such as today"
    )
    periods: int | None = Field(
        default=None, ge=1, description="At most so many periods of each, from the first one on"
    )


class ProductForecast(Answer):
    """The forecast of a product's deployed model."""

    product_id: UUID
    sku: str
    name: str
    category: str | None
    model_id: str
    frequency: str | None
    interval_width: float | None
    forecast: list[ForecastPoint]
