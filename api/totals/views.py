"""Totals, which a prediction worker adds up."""

from uuid import UUID

from flask import Response

from api.predictions.asking import Wanted, ask_of_all, stated
from api.services import Services
from api.totals.schemas import TotalsQuery


def totals(services: Services, tenant_id: UUID, query: TotalsQuery) -> Response:
    return ask_of_all(services, tenant_id, Wanted("totals", stated(query)))
