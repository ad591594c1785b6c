"""The products that the Sales service names, for tenants whose sales come from there."""

import random
import time
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from db.errors import QuotaExceededError
from db.operation import tenants
from db.operation.audit import record
from db.shop.product_changes import add_named, require_room
from worker.context import Context
from worker.sources.answers import ProductRow
from worker.sources.desk import SALES, Desk, Told
from worker.sources.errors import SourceError

log = structlog.get_logger(__name__)

ROUND_S = 10.0
LONGEST_S = 5.0


def refresh_catalogues(context: Context) -> None:
    """Bring the catalogues of tenants up to date for some seconds; the next round goes on.

    Whoever calls this has other things to do soon; the order is drawn, so that all get their turn.
    """
    if context.settings.sales_service_url is None:
        return
    until = time.monotonic() + ROUND_S
    with context.sessions() as session:
        tenant_ids = tenants.every_id(session)
    for tenant_id in random.sample(tenant_ids, len(tenant_ids)):
        if time.monotonic() > until:
            log.warning("catalogues left to the next round", tenants=len(tenant_ids))
            return
        refresh_catalogue(context, tenant_id)


def refresh_catalogue(context: Context, tenant_id: UUID) -> int:
    """Add the products that are new; how many. Products that were there stay as they are."""
    settings = context.settings
    if settings.sales_service_url is None:
        return 0
    deadline_s = min(LONGEST_S, settings.source_deadline_seconds)
    quick = settings.model_copy(update={"source_deadline_seconds": deadline_s})
    desk = Desk(quick, context.sessions, tenant_id, check=lambda: None)
    url, created = f"{settings.sales_service_url.rstrip('/')}/products", 0
    try:
        named = desk.ask(SALES, url, {}, ProductRow)
        with context.sessions.begin() as session:
            created = _add(session, tenant_id, named, settings.max_products_per_tenant)
    except (SourceError, QuotaExceededError) as error:
        desk.told.append(Told(SALES, error=str(error)))
    else:
        desk.told.append(Told(SALES))
    desk.write_alerts()
    log.info("catalogue refreshed", tenant_id=str(tenant_id), created=created)
    return created


def _add(session: Session, tenant_id: UUID, named: list[ProductRow], max_products: int) -> int:
    created = add_named(session, tenant_id, [(row.sku, row.name, row.category) for row in named])
    require_room(session, tenant_id, max_products)
    if created:
        details = {"products": created, "from": "sales service"}
        record(session, tenant_id, "import", "catalogue", tenant_id, details=details)
    return created
