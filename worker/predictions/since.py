"""What is known of the days ahead when a forecast is asked for: rows, calendar, kept answers."""

from uuid import UUID

from db.shop.calendar import every_entry
from db.tables import Tenant
from db.tenancy import as_tenant
from pipeline.forecast.finished.since import KnownSince
from pipeline.forecast.result import FittedForecaster
from worker.context import Context
from worker.forecasts import closures_of
from worker.frames import sales_frame
from worker.sources.desk import Desk
from worker.sources.surroundings import kept_surroundings


def known_since(
    model: FittedForecaster, tenant_id: UUID, product_id: UUID | None, context: Context
) -> KnownSince:
    """Nobody outside is asked: what a training or an import left is read."""
    with as_tenant(tenant_id), context.sessions() as session:
        rows = sales_frame(session, tenant_id, product_id, after=model.last.to_pydatetime())
        calendar = every_entry(session, tenant_id)
        tenant = session.get_one(Tenant, tenant_id)
    desk = Desk(context.settings, context.sessions, tenant_id, check=lambda: None)
    return KnownSince(
        rows=rows,
        closures=closures_of(calendar),
        surroundings=kept_surroundings(desk, tenant, model.known),
    )
