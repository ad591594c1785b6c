"""The details of a forecast as they are stored: short numbers, and the moments as text."""

from dataclasses import replace

import pytest

from pipeline.forecast.result import ForecastResult
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast
from tests.pipeline.forecast.series import daily_sales
from worker.forecast_details import details_of


@pytest.fixture(scope="module")
def result() -> ForecastResult:
    spec = ForecastSpec(algorithm="seasonal_naive", horizon_days=14)
    return train_forecast(daily_sales(180), spec)


@pytest.mark.parametrize("factor", [0.0, 1e-9, 1 / 3, 1 / 7, -1e3, 1e12])
def test_numbers_have_six_digits(result: ForecastResult, factor: float) -> None:
    errors = result.errors.assign(error=result.errors["error"] * factor)
    found = details_of(replace(result, errors=errors)).errors
    assert found.values == [float(f"{error:.6g}") for error in errors["error"]]
    assert found.moments == [moment.isoformat() for moment in errors["ds"]]


def test_every_period_of_the_forecast_has_its_quantiles_and_drivers(
    result: ForecastResult,
) -> None:
    details = details_of(result)
    median = details.quantiles.levels.index(0.5)
    assert [row[median] for row in details.quantiles.values] == pytest.approx(
        result.quantiles["0.5"].to_numpy(), rel=1e-5
    )
    assert [sum(row) for row in details.drivers.values] == pytest.approx(
        result.forecast["yhat"].to_numpy(), rel=1e-5
    )
