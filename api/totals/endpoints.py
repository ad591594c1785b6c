"""The address of totals."""

from api.addresses import TRAINING
from api.endpoint import Endpoint
from api.totals import views
from api.totals.schemas import Totals, TotalsQuery

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{TRAINING}/forecasts/totals",
        view=views.totals,
        summary="What each category and the whole shop will sell, from the forecasts in use",
        tag="Models",
        query=TotalsQuery,
        answer=Totals,
        refusals=(422, 504),
    ),
)
