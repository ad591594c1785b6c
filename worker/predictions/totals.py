"""The forecasts in use, added up by category and over everything."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np

from core.predictions import PredictionAnswer, PredictionRequest
from db.models.forecasts_in_use import ForecastInUse, forecasts_in_use
from db.tenancy import as_tenant
from pipeline.forecast.finished.reconciliation import Array
from pipeline.forecast.finished.totals import SeriesForecast, Total, panel_of, totals_of
from worker.context import Context
from worker.predictions.answers import explained
from worker.predictions.own_totals import forecasts_of_totals

USUAL_WIDTH = 0.95
_ASSUMPTIONS = {
    "bottom_up": (
        "The forecasts of the products are added up. Their errors are taken to hang together as"
        " those of their tests did on the same days, and to be at least as uncertain together as"
        " if they had nothing to do with each other; the sums are taken to be spread normally."
    ),
    "reconciled": (
        "The totals were forecast themselves, too, from the summed sales. Products and totals are"
        " then moved so that they add up, each the less the smaller its errors in the tests were"
        " (MinT with shrinkage); the errors are taken to be spread normally."
    ),
}


def add_up(request: PredictionRequest, context: Context) -> PredictionAnswer:
    """Raises `InvalidDataError` if no forecast is in use."""
    tenant_id = UUID(request.tenant_id)
    method = request.options.get("method", "bottom_up")
    width = float(request.options.get("interval_width", USUAL_WIDTH))
    with as_tenant(tenant_id):
        with context.sessions() as session:
            in_use = forecasts_in_use(session, tenant_id)
        panel = panel_of([_series(one) for one in in_use])
        own = None
        if method == "reconciled":
            own = forecasts_of_totals(panel, tenant_id, context)
    totals = totals_of(panel, interval_width=width, own=own)
    return explained(
        {
            "method": method,
            "assumption": _ASSUMPTIONS[method],
            "interval_width": width,
            "frequency": panel.series[0].frequency,
            "totals": [_told(one) for one in totals],
            "left_out": [
                {"product_id": one.key, "product_name": one.name, "reason": one.reason}
                for one in panel.left_out
            ],
        }
    )


def _series(one: ForecastInUse) -> SeriesForecast:
    told = np.array(one.yhat, dtype=np.float64)
    errors: Mapping[str, Any] = one.errors or {"moments": [], "values": []}
    untold = errors.get("untold") or np.zeros(len(told))
    return SeriesForecast(
        key=str(one.product_id),
        name=one.name,
        category=one.category,
        frequency=one.frequency or "daily",
        interval_width=one.interval_width or USUAL_WIDTH,
        ds=np.array(one.ds, dtype="datetime64[us]"),
        expected=told + untold,
        lower=_known(one.yhat_lower, told),
        upper=_known(one.yhat_upper, told),
        error_ds=np.array(errors["moments"], dtype="datetime64[us]"),
        errors=np.array(errors["values"], dtype=np.float64),
    )


def _known(bound: Sequence[float | None], expected: Array) -> Array:
    """A forecast without an interval is its own."""
    given = np.array(bound, dtype=np.float64)
    return np.where(np.isfinite(given), given, expected)


def _told(total: Total) -> dict[str, Any]:
    moments = [moment.isoformat() for moment in total.forecast["ds"]]
    names = ("yhat", "yhat_lower", "yhat_upper")
    columns = (total.forecast[name].tolist() for name in names)
    return {
        "category": total.group.category,
        "products": len(total.group.members),
        "forecast": [
            dict(zip(("ds", *names), row, strict=True))
            for row in zip(moments, *columns, strict=True)
        ],
    }
