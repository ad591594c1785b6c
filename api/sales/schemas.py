"""What is asked and told of sales."""

from uuid import UUID

from pydantic import Field

from api.moments import WallClock
from api.schemas import Answer, Request


class SalesQuery(Request):
    limit: int = Field(default=120, ge=1, le=2000, description="How many of the newest periods")


class ImportQuery(Request):
    replace: bool = Field(
        default=False,
        description="Whether the file has the whole history of its products, so that what else is"
        " known of them is deleted",
    )


class ImportReport(Answer):
    rows_read: int
    rows_inserted: int
    rows_updated: int
    rows_unchanged: int
    rows_deleted: int
    products_created: int
    products: int = Field(description="Different products in the file")
    product_ids: list[UUID]
    first_date: WallClock | None
    last_date: WallClock | None
    warnings: list[str]


class RecordedSale(Answer):
    """What was sold in one period; `ds` is the shop's wall clock."""

    ds: WallClock
    quantity: float
    price: float | None
    promotion: float | None


class ProductSales(Answer):
    """Periods with a known quantity, in time order; days without a row are not listed."""

    product_id: UUID
    sku: str
    name: str
    sales: list[RecordedSale]
