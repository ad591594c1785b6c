"""What the settings accept, the pipeline can do: the two state the same limits."""

import pytest

from core.errors import SettingsError
from core.settings import Settings
from db.tables import Tenant
from pipeline.errors import InvalidParameterError
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast
from tests.pipeline.forecast.series import daily_sales
from worker.forecasts import forecast_spec

NOWHERE = Tenant(name="shop")
LIMITS = {
    "MIN_TRAINING_DATA_DAYS": ("min_training_days", 2, 3650, 1),
    "PROPHET_INTERVAL_WIDTH": ("interval_width", 0.5, 0.995, 0.001),
    "PROPHET_CHANGEPOINT_PRIOR_SCALE": ("changepoint_prior_scale", 0.0001, 10, 0.0001),
    "FORECAST_HORIZON_DAYS": ("horizon_days", 1, 730, 1),
}
"""The variable, its name in the pipeline, the least and the greatest value, and a step beyond."""


@pytest.mark.parametrize("variable", LIMITS)
def test_the_ends_of_a_setting_are_good_for_a_forecast(variable: str) -> None:
    name, least, greatest, _ = LIMITS[variable]
    for value in (least, greatest):
        settings = Settings.from_environment({variable: str(value)})

        assert getattr(forecast_spec(settings, NOWHERE, {}), name) == value


@pytest.mark.parametrize("variable", LIMITS)
def test_beyond_them_both_refuse(variable: str) -> None:
    name, least, greatest, step = LIMITS[variable]
    for value in (least - step, greatest + step):
        with pytest.raises(SettingsError, match=variable):
            Settings.from_environment({variable: str(value)})
        with pytest.raises(InvalidParameterError, match=name):
            ForecastSpec(**{name: value})


def test_a_young_product_is_trained_where_the_operator_asks_for_fewer_days() -> None:
    settings = Settings(min_training_data_days=8)

    made = train_forecast(daily_sales(8), forecast_spec(settings, NOWHERE, {}))

    assert len(made.forecast) == 90
    assert made.forecast["yhat"].notna().all()


@pytest.mark.parametrize("verbose", [True, False])
def test_the_log_tells_of_prophet_on_request(
    caplog: pytest.LogCaptureFixture, verbose: bool
) -> None:
    settings = Settings(prophet_verbose=verbose)

    train_forecast(daily_sales(60), forecast_spec(settings, NOWHERE, {"algorithm": "prophet"}))

    assert ("prophet" in {record.name for record in caplog.records}) is verbose
