"""What is asked and told of sales."""

from uuid import UUID

from pydantic import Field

from api.column_names import Columns
from api.moments import WallClock
from api.sales.tables import MOST_COLUMNS
from api.schemas import Answer, Request


class SalesQuery(Request):
    limit: int = Field(default=120, ge=1, le=2000, description="How many of the newest periods")


class ImportQuery(Request):
    replace: bool = Field(
        default=False,
        description="Whether the file has the whole history of its products, so that what else is"
        " known of them is deleted; needs the scope `admin`",
    )
    exclude_columns: Columns = Field(
        default=None,
        max_length=MOST_COLUMNS,
        description="Columns of the file that are not read, separated by commas; where the service"
        " had kept one beside the sales of these rows, that is deleted, too",
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
    covariates: list[str] = Field(
        description="Further columns of numbers, kept beside the sales and used where they help"
    )
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
