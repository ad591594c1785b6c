"""Weather and traffic of a tenant's place as the pipeline reads them."""

from collections.abc import Collection, Mapping

import pandas as pd

from core.settings import Settings
from db.tables import Tenant
from pipeline.forecast.history.climatology import Rhythm
from pipeline.forecast.history.surroundings import Surroundings
from worker.sources.answers import DailyValues
from worker.sources.desk import TRAFFIC, WEATHER, Desk, Place, Told

RHYTHMS = {WEATHER: Rhythm.YEAR, TRAFFIC: Rhythm.WEEK}
NO_PLACE = "The shop's place (latitude and longitude) is not known, so there is no {} for it."


def surroundings_of(desk: Desk, tenant: Tenant) -> Surroundings | None:
    """All that the configured services tell; None where nothing is known."""
    place = place_of(desk.settings, tenant)
    if place is None:
        for source, url in (
            (WEATHER, desk.settings.weather_service_url),
            (TRAFFIC, desk.settings.traffic_service_url),
        ):
            if url is not None:
                desk.told.append(Told(source, remark=NO_PLACE.format(source)))
        return None
    found = {WEATHER: desk.weather(place), TRAFFIC: desk.traffic(place)}
    return joined({source: values for source, values in found.items() if values is not None})


def kept_surroundings(desk: Desk, tenant: Tenant, columns: Collection[str]) -> Surroundings | None:
    """What is kept of those sources that have one of the columns, without asking anybody."""
    place = place_of(desk.settings, tenant)
    wanted = [
        source for source in RHYTHMS if any(name.startswith(f"{source}_") for name in columns)
    ]
    if place is None:
        return None
    found = {source: desk.kept(source, place) for source in wanted}
    return joined({source: values for source, values in found.items() if values is not None})


def place_of(settings: Settings, tenant: Tenant) -> Place | None:
    """Where the tenant is; the settings' place is for tenants that state none."""
    if tenant.latitude is not None and tenant.longitude is not None:
        return Place(tenant.latitude, tenant.longitude)
    if settings.default_latitude is not None and settings.default_longitude is not None:
        return Place(settings.default_latitude, settings.default_longitude)
    return None


def joined(found: Mapping[str, DailyValues]) -> Surroundings | None:
    """One frame of days; columns are named after their source."""
    rhythms: dict[str, Rhythm] = {}
    columns: dict[str, pd.Series] = {}
    for source, values in found.items():
        days = pd.DatetimeIndex(pd.to_datetime(values.days)).as_unit("ns")
        for name, numbers in values.columns.items():
            columns[f"{source}_{name}"] = pd.Series(numbers, index=days, dtype="float64")
            rhythms[f"{source}_{name}"] = RHYTHMS[source]
    if not columns:
        return None
    frame = pd.DataFrame(columns).rename_axis("ds").reset_index()
    return Surroundings(frame, rhythms)
