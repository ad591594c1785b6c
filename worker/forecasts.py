"""How the settings, the tenant and the request of a job become the specification of a forecast."""

from typing import Any

from core.settings import Settings
from db.tables import Tenant
from pipeline.forecast.spec import ForecastSpec


def forecast_spec(settings: Settings, tenant: Tenant, request: dict[str, Any]) -> ForecastSpec:
    """The request decides first, then the tenant, then the settings."""
    return ForecastSpec(
        horizon_days=request.get("horizon_days") or settings.forecast_horizon_days,
        algorithm=request.get("algorithm") or "auto",
        country=tenant.country or settings.holiday_country,
        subdivision=_subdivision(settings, tenant),
        min_training_days=settings.min_training_data_days,
        interval_width=settings.prophet_interval_width,
        daily_seasonality=settings.prophet_daily_seasonality,
        weekly_seasonality=settings.prophet_weekly_seasonality,
        yearly_seasonality=settings.prophet_yearly_seasonality,
        changepoint_prior_scale=settings.prophet_changepoint_prior_scale,
        verbose=settings.prophet_verbose,
    )


def _subdivision(settings: Settings, tenant: Tenant) -> str | None:
    """The settings' region belongs to the settings' country, not to one that a tenant states."""
    return tenant.subdivision if tenant.country else settings.holiday_subdivision
