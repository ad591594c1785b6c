"""How the settings, the tenant and the request of a job become the specification of a forecast."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.settings import Settings
from core.training_options import TrainingOptions
from db.shop.calendar import Days
from db.tables import Tenant
from pipeline.forecast.calendar.occasions import Closure, Event, Holiday
from pipeline.forecast.spec import ForecastSpec

_OPTIONS = frozenset(TrainingOptions.model_fields)
_PROPHET_OPTIONS = {name for name in _OPTIONS if name.startswith("prophet_")}
"""Named as the settings that decide where nobody else does."""


def forecast_spec(
    settings: Settings,
    tenant: Tenant,
    request: dict[str, Any],
    *,
    calendar: Sequence[Days] = (),
    holidays: tuple[Holiday, ...] | None = None,
) -> ForecastSpec:
    """The request decides first, then the tenant, then the settings."""
    options = _options(settings, tenant, request)
    return ForecastSpec(
        **options,
        country=tenant.country or settings.holiday_country,
        subdivision=subdivision_of(settings, tenant),
        holidays=holidays,
        closures=closures_of(calendar),
        events=tuple(
            Event(entry.name, entry.starts_on, entry.ends_on)
            for entry in calendar
            if entry.kind == "event"
        ),
    )


def closures_of(calendar: Sequence[Days]) -> tuple[Closure, ...]:
    return tuple(
        Closure(entry.starts_on, entry.ends_on) for entry in calendar if entry.kind == "closure"
    )


def subdivision_of(settings: Settings, tenant: Tenant) -> str | None:
    """The settings' region belongs to the settings' country, not to one that a tenant states."""
    return tenant.subdivision if tenant.country else settings.holiday_subdivision


def _options(settings: Settings, tenant: Tenant, request: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a training under the pipeline's names."""
    stated = _of_settings(settings) | _stated(tenant.training_defaults or {}) | _stated(request)
    return {name.removeprefix("prophet_"): value for name, value in stated.items()}


def _of_settings(settings: Settings) -> dict[str, Any]:
    return {
        "algorithm": "auto",
        "budget": settings.forecast_budget,
        "horizon_days": settings.forecast_horizon_days,
        "min_training_days": settings.min_training_data_days,
        **settings.model_dump(include=_PROPHET_OPTIONS),
    }


def _stated(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in _OPTIONS if options.get(name) is not None}
