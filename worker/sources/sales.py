"""The newest sales of a product from the Sales service, written as an import writes them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from db.shop.sales import SalesBatch, import_sales
from db.tables import Product, Sale
from worker.sources.answers import SaleRow
from worker.sources.desk import SALES, Desk, Told
from worker.sources.errors import SourceError

OVERLAP = timedelta(days=14)
FIRST_DAY = datetime(1970, 1, 1)  # noqa: DTZ001  # the wall clock of the shop


def refresh_sales(desk: Desk, product_id: UUID | None) -> None:
    """Fetch what was sold since the last stored day, and corrections of two weeks before it.

    A service that gives nothing leaves the stored sales as they are; the desk tells of it.
    """
    url = desk.settings.sales_service_url
    if url is None:
        return
    with desk.sessions() as session:
        product = session.scalars(
            select(Product).where(Product.id == product_id, Product.tenant_id == desk.tenant_id)
        ).one_or_none()
        if product is None:
            return
        last = session.scalar(
            select(func.max(Sale.sold_at)).where(
                Sale.product_id == product.id,
                Sale.tenant_id == desk.tenant_id,
                Sale.quantity.is_not(None),
            )
        )
    start = FIRST_DAY if last is None else max(FIRST_DAY, last - OVERLAP)
    now = datetime.now(UTC)
    query = {
        "product_id": product.sku,
        "start": start.date().isoformat(),
        "end": now.date().isoformat(),
    }
    try:
        rows = desk.ask(SALES, f"{url.rstrip('/')}/sales", query, SaleRow)
    except SourceError as error:
        desk.told.append(Told(SALES, error=str(error)))
        return
    if rows:
        with desk.sessions.begin() as session:
            import_sales(session, desk.tenant_id, [_batch(product, rows)])
    desk.told.append(Told(SALES, fetched_at=now))


def _batch(product: Product, rows: list[SaleRow]) -> SalesBatch:
    return SalesBatch(
        product=[str(product.id)] * len(rows),
        sold_at=[row.at.replace(tzinfo=None) for row in rows],
        quantity=[row.quantity for row in rows],
        price=[row.price for row in rows],
        revenue=[row.revenue for row in rows],
        promotion=[row.promotion for row in rows],
    )
