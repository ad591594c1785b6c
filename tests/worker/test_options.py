"""What a training is told: the request goes before the tenant, the tenant before the settings."""

import pytest

from core.settings import Settings
from core.training_options import TrainingOptions
from db.tables import Tenant
from worker.forecasts import forecast_spec

SETTINGS = Settings(
    prophet_daily_seasonality=False,
    prophet_weekly_seasonality=False,
    prophet_yearly_seasonality=False,
    prophet_interval_width=0.7,
    prophet_changepoint_prior_scale=0.7,
    prophet_verbose=True,
    forecast_horizon_days=70,
    min_training_data_days=70,
)
DEFAULTS = {
    "prophet_interval_width": 0.8,
    "prophet_weekly_seasonality": True,
    "horizon_days": 80,
    "algorithm": "drift",
}


def test_each_option_falls_back_on_the_next_in_line() -> None:
    tenant = Tenant(name="t", training_defaults=DEFAULTS)
    spec = forecast_spec(SETTINGS, tenant, {"prophet_interval_width": 0.9, "min_training_days": 9})
    assert (spec.interval_width, spec.min_training_days) == (0.9, 9)
    assert (spec.weekly_seasonality, spec.horizon_days, spec.algorithm) == (True, 80, "drift")
    assert (spec.daily_seasonality, spec.yearly_seasonality) == (False, False)
    assert (spec.changepoint_prior_scale, spec.verbose) == (0.7, True)


def test_the_budget_is_that_of_the_settings_unless_somebody_states_another() -> None:
    settings = Settings(forecast_budget="best")
    thrifty = Tenant(name="t", training_defaults={"budget": "fast"})
    assert forecast_spec(settings, Tenant(name="t"), {}).budget == "best"
    assert forecast_spec(settings, thrifty, {}).budget == "fast"
    stated = {"budget": "balanced", "engine": "stan", "point": "mean"}
    asked = forecast_spec(settings, thrifty, stated)
    assert (asked.budget, asked.engine, asked.point) == ("balanced", "stan", "mean")
    assert forecast_spec(Settings(), Tenant(name="t"), {}).engine == "exact"


def test_what_looks_odd_in_the_sales_can_be_declared_real() -> None:
    tenant = Tenant(name="t", training_defaults={"zeros_are_real": True})
    spec = forecast_spec(SETTINGS, tenant, {"outliers_are_real": True})
    assert (spec.zeros_are_real, spec.outliers_are_real) == (True, True)
    assert forecast_spec(SETTINGS, Tenant(name="t"), {}).outliers_are_real is False


def test_false_is_an_answer_and_null_is_none() -> None:
    tenant = Tenant(name="t", training_defaults=DEFAULTS | {"horizon_days": None})
    spec = forecast_spec(SETTINGS, tenant, {"prophet_weekly_seasonality": False})
    assert spec.weekly_seasonality is False
    assert spec.horizon_days == 70


def test_what_else_a_request_holds_is_no_option() -> None:
    spec = forecast_spec(SETTINGS, Tenant(name="t"), {"force": True})
    assert spec.algorithm == "auto"


@pytest.mark.parametrize(
    ("option", "setting"),
    [
        ("horizon_days", "forecast_horizon_days"),
        ("min_training_days", "min_training_data_days"),
        ("prophet_interval_width", "prophet_interval_width"),
        ("prophet_changepoint_prior_scale", "prophet_changepoint_prior_scale"),
    ],
)
def test_options_have_the_bounds_of_the_settings(option: str, setting: str) -> None:
    fields = TrainingOptions.model_fields[option], Settings.model_fields[setting]
    bounds, expected = ({repr(bound) for bound in field.metadata} for field in fields)
    assert bounds == expected


def test_every_setting_of_prophet_is_an_option() -> None:
    settings = {name for name in Settings.model_fields if name.startswith("prophet_")}
    options = {name for name in TrainingOptions.model_fields if name.startswith("prophet_")}
    assert options == settings
