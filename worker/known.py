"""What a training has to know before it begins: read in one transaction, before anything long."""

from dataclasses import dataclass

import pandas as pd

from db.shop.standing import Standing, standing_of
from db.transitions import Claim
from pipeline.forecast.spec import ForecastSpec
from worker.context import Context
from worker.errors import TaskDataMissingError
from worker.forecasts import forecast_spec
from worker.frames import sales_frame
from worker.incumbent import Champion, champion_from
from worker.outside import stated_holidays
from worker.sources.desk import Desk


@dataclass(frozen=True, slots=True)
class Known:
    standing: Standing
    champion: Champion | None
    history: pd.DataFrame
    spec: ForecastSpec

    @property
    def observed_until(self) -> pd.Timestamp | None:
        until = self.standing.product.observed_until
        return None if until is None else pd.Timestamp(until)


def what_is_known(claim: Claim, context: Context, desk: Desk) -> Known:
    """Raises `TaskDataMissingError` for a product that was deleted meanwhile."""
    tenant_id = claim.token.tenant_id
    with context.sessions() as session:
        standing = standing_of(session, tenant_id, claim.product_id)
        if standing is None:
            raise TaskDataMissingError(
                f"The product {claim.product_name!r} does not exist any more"
            )
        history = sales_frame(session, tenant_id, standing.product.id)
        champion = champion_from(session, standing.champion)
    spec = forecast_spec(
        context.settings,
        standing.tenant,
        claim.job_request,
        calendar=standing.calendar,
        holidays=stated_holidays(desk, standing.tenant),
    )
    return Known(standing, champion, history, spec)
