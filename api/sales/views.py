"""Sales files in, and what a product sold lately."""

from pathlib import PurePath
from uuid import UUID

from api.actor import actor_of_request
from api.caller import caller_of_request
from api.errors import UnsupportedTypeError
from api.products.references import find_product
from api.sales.media_types import BY_SUFFIX, SALES_TYPES
from api.sales.retraining import retrain_if_wanted
from api.sales.schemas import ImportQuery, ImportReport, ProductSales, SalesQuery
from api.services import Services
from api.uploads.bodies import receive_upload
from celeryconfig import SCORE_FORECASTS
from db.operation.audit import record
from db.shop.sales import recent_sales


def import_sales(services: Services, tenant_id: UUID, query: ImportQuery) -> ImportReport:
    if query.replace:
        caller_of_request().require("admin")
    with services.make_spool() as spool:
        most_bytes = services.settings.max_http_upload_mb * 10**6
        upload = receive_upload(spool, raw_types=SALES_TYPES, max_bytes=most_bytes)
        media_type = upload.media_type
        if media_type not in SALES_TYPES:
            media_type = BY_SUFFIX.get(PurePath(upload.name).suffix.lower(), "")
        if not media_type:
            raise UnsupportedTypeError(f"{upload.name!r} is no CSV, workbook or Parquet file")
        report = services.chores.import_sales(spool.path(), media_type, tenant_id, query)
    _note(services, tenant_id, report)
    services.send(SCORE_FORECASTS)
    retrain_if_wanted(services, tenant_id, report)
    return report


def _note(services: Services, tenant_id: UUID, report: ImportReport) -> None:
    """The import itself ran in a process that knows nothing of the request."""
    counted = {"rows_read", "rows_inserted", "rows_updated", "rows_deleted", "products_created"}
    with services.sessions.begin() as session:
        record(
            session,
            tenant_id,
            "import",
            "sales",
            tenant_id,
            actor=actor_of_request(),
            details=report.model_dump(include=counted),
        )


def recent(services: Services, tenant_id: UUID, product_id: str, query: SalesQuery) -> ProductSales:
    with services.sessions() as session:
        product = find_product(session, tenant_id, product_id)
        recorded = recent_sales(session, tenant_id, product.id, limit=query.limit)
    return ProductSales.model_validate(
        {"product_id": product.id, "sku": product.sku, "name": product.name, "sales": recorded}
    )
