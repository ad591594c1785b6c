"""What may be asked about totals, and what is told of them."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from api.moments import WallClock
from api.schemas import Answer, Request

Method = Literal["bottom_up", "reconciled"]


class TotalsQuery(Request):
    method: Method = Field(
        default="bottom_up",
        description="`bottom_up` adds up the forecasts of the products; `reconciled` forecasts the"
        " totals themselves, too, and moves both until they agree, which takes longer",
    )
    interval_width: float = Field(
        default=0.95,
        ge=0.5,
        le=0.995,
        description="Share of periods that the intervals should hold",
    )


class TotalOfPeriod(Answer):
    ds: WallClock
    yhat: float
    yhat_lower: float
    yhat_upper: float


class Total(Answer):
    category: str | None = Field(description="The category; null for all products together")
    products: int = Field(description="How many products are in it")
    forecast: list[TotalOfPeriod]


class ProductLeftOut(Answer):
    """A product whose forecast cannot be added to the others."""

    product_id: UUID
    product_name: str
    reason: str


class Totals(Answer):
    """The forecasts in use by category and over all products, from the begin of the newest on, as
    far as all of them reach. All products come first, then the categories by name.
    """

    method: Method = Field(description="As it was asked for")
    assumption: str = Field(description="What the intervals of the totals rest on, in words")
    interval_width: float
    frequency: str
    totals: list[Total] = Field(description="All products, then the categories")
    left_out: list[ProductLeftOut] = Field(description="What is in no total, and why")
