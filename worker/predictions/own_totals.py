"""Forecasts of totals themselves: of what the products of a category sold together."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd

from db.models.forecasts_in_use import summed_sales
from db.shop.calendar import every_entry
from db.tables import Tenant
from pipeline.errors import InvalidDataError, InvalidParameterError
from pipeline.forecast.finished.totals import Group, Panel, SeriesForecast
from pipeline.forecast.spec import MEAN, ForecastSpec
from pipeline.forecast.train import train_forecast
from worker.context import Context
from worker.forecasts import forecast_spec

MOST_CATEGORIES = 30
"""Each is forecast while somebody waits for the answer."""

_QUICK: Mapping[str, Any] = {"algorithm": "auto", "budget": "fast"}


def forecasts_of_totals(
    panel: Panel, tenant_id: UUID, context: Context
) -> tuple[SeriesForecast, ...]:
    """One per group of the panel, of its periods.

    Raises `InvalidParameterError` if there are too many, or a `PipelineError` if the sales of one
    are too few to forecast it.
    """
    if len(panel.groups) > MOST_CATEGORIES + 1:
        raise InvalidParameterError(
            f"There are {len(panel.groups) - 1} categories; the totals of up to {MOST_CATEGORIES}"
            " are forecast themselves. Ask for method=bottom_up"
        )
    spec = _spec(panel, tenant_id, context)
    made: dict[tuple[int, ...], SeriesForecast] = {}
    for group in panel.groups:
        if group.members not in made:
            made[group.members] = _forecast(group, panel, spec, tenant_id, context)
    return tuple(made[group.members] for group in panel.groups)


def _spec(panel: Panel, tenant_id: UUID, context: Context) -> ForecastSpec:
    with context.sessions() as session:
        tenant = session.get_one(Tenant, tenant_id)
        calendar = every_entry(session, tenant_id)
    days = int((panel.ds[-1] - panel.ds[0]) / np.timedelta64(1, "D")) + 1
    asked = {**_QUICK, "horizon_days": days}
    spec = forecast_spec(context.settings, tenant, asked, calendar=calendar)
    return replace(spec, point=MEAN)


def _forecast(
    group: Group, panel: Panel, spec: ForecastSpec, tenant_id: UUID, context: Context
) -> SeriesForecast:
    begin = pd.Timestamp(panel.ds[0])
    products = [UUID(panel.series[place].key) for place in group.members]
    with context.sessions() as session:
        sold = summed_sales(session, tenant_id, products, before=begin.to_pydatetime())
    history = pd.DataFrame(sold, columns=["ds", "quantity"])
    result = train_forecast(history, spec, observed_until=begin - pd.Timedelta(microseconds=1))
    ahead = result.forecast.set_index("ds").reindex(pd.DatetimeIndex(panel.ds))
    if ahead["yhat"].isna().any():
        raise InvalidDataError(
            f"The summed sales of {group.category or 'all products'} have another rhythm than"
            " their forecasts. Ask for method=bottom_up"
        )
    return SeriesForecast(
        key="",
        name=group.category or "all products",
        category=group.category,
        frequency=result.frequency,
        interval_width=result.interval_width,
        ds=panel.ds,
        expected=ahead["yhat"].to_numpy(),
        lower=ahead["yhat_lower"].to_numpy(),
        upper=ahead["yhat_upper"].to_numpy(),
        error_ds=result.errors["ds"].to_numpy().astype("datetime64[us]"),
        errors=result.errors["error"].to_numpy(),
    )
