"""The addresses of sales."""

from api.addresses import MULTIPART, TRAINING
from api.endpoint import Endpoint
from api.references import PRODUCT
from api.sales import views
from api.sales.media_types import SALES_TYPES
from api.sales.schemas import ImportQuery, ImportReport, ProductSales, SalesQuery

ENDPOINTS = (
    Endpoint(
        method="POST",
        path=f"{TRAINING}/sales",
        scope="train",
        view=views.import_sales,
        summary="Import sales from CSV, a workbook or Parquet; the same file again changes nothing",
        tag="Sales",
        query=ImportQuery,
        answer=ImportReport,
        consumes=(*sorted(SALES_TYPES), MULTIPART),
    ),
    Endpoint(
        method="GET",
        path=f"{TRAINING}/products/{PRODUCT}/sales",
        view=views.recent,
        summary="What a product (id or SKU) sold lately, in time order",
        tag="Sales",
        query=SalesQuery,
        answer=ProductSales,
    ),
)
