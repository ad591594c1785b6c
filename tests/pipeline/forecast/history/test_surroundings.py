"""Weather and traffic: honest in backtests, used when they help, and only then."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InvalidDataError
from pipeline.forecast.history.climatology import Rhythm, fit_climatology
from pipeline.forecast.history.prepared import Prepared
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.surroundings import Surroundings
from pipeline.forecast.history.validation import validate
from pipeline.forecast.selection.usefulness import useful_columns
from pipeline.forecast.selection.windows import plan_windows
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast
from tests.pipeline.forecast.series import context_of, daily_sales

DAYS = 400
REACH = 14
QUICK = ForecastSpec(algorithm="poisson", horizon_days=30)


def around(values: np.ndarray, name: str = "weather_temperature") -> Surroundings:
    """Daily values from the first day of the sales on."""
    ds = pd.date_range("2024-01-01", periods=len(values), freq="D")
    return Surroundings(pd.DataFrame({"ds": ds, name: values}), {name: Rhythm.YEAR})


def noise(seed: int, days: int = DAYS + REACH) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(days)


def driven_sales(values: np.ndarray, seed: int = 0) -> pd.DataFrame:
    """Sales that follow the values of the day, half as high again for a standard deviation more."""
    frame = daily_sales(DAYS)
    expected = 60.0 * 1.5 ** values[:DAYS]
    quantity = np.random.default_rng(seed).poisson(expected).astype(float)
    return frame.assign(quantity=quantity)


def prepared_with(sales: pd.DataFrame, surroundings: Surroundings) -> Prepared:
    return prepare(validate(sales), QUICK, None, surroundings)


def useful(sales: pd.DataFrame, surroundings: Surroundings) -> tuple[str, ...]:
    prepared = prepared_with(sales, surroundings)
    windows = plan_windows(prepared.history, len(prepared.future))
    return useful_columns(prepared.history, windows, context_of(QUICK))


@settings(max_examples=6)
@given(seed=st.integers(0, 10_000))
def test_what_has_nothing_to_do_with_sales_is_not_used(seed: int) -> None:
    assert useful(daily_sales(DAYS, seed=seed), around(noise(seed + 1))) == ()


@pytest.mark.parametrize("seed", range(6))
def test_what_drives_sales_is_used(seed: int) -> None:
    values = noise(seed)
    assert useful(driven_sales(values, seed), around(values)) == ("weather_temperature",)


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), origin=st.integers(120, DAYS - 28))
def test_a_backtest_knows_nothing_beyond_the_reach_of_a_forecast(seed: int, origin: int) -> None:
    values = noise(seed)
    changed = values.copy()
    changed[origin + REACH : DAYS] += 100.0

    before, after = (
        prepared_with(daily_sales(DAYS), around(one)).history.ahead(origin, origin + 28)
        for one in (values, changed)
    )

    assert before.names == after.names
    for name in before.names:
        assert np.array_equal(before[name].to_numpy(), after[name].to_numpy())


def test_what_a_backtest_knows_is_less_certain_the_farther_it_lies() -> None:
    values = noise(0, 3000)
    ds = pd.date_range("2016-01-01", periods=3000, freq="D")
    sales = pd.DataFrame({"ds": ds[: 3000 - REACH], "quantity": 5.0})
    surroundings = Surroundings(
        pd.DataFrame({"ds": ds, "weather_rain": values}), {"weather_rain": Rhythm.YEAR}
    )
    history = prepare(validate(sales), QUICK, None, surroundings).history

    origins = range(1000, 2900, 7)
    seen = np.array([history.ahead(o, o + 28)["weather_rain"].to_numpy() for o in origins])
    true = np.array([values[o : o + 28] for o in origins])
    skill = [np.corrcoef(seen[:, step], true[:, step])[0, 1] for step in (0, 4, 8, 20)]

    assert skill[0] > 0.85
    assert skill[0] > skill[1] > skill[2] > abs(skill[3])
    assert abs(skill[3]) < 0.2
    assert seen.std() < true.std()


def test_the_future_is_the_forecast_and_then_what_is_usual() -> None:
    values = np.concatenate([np.tile([1.0, 3.0], DAYS // 2), np.full(REACH, 9.0)])

    future = prepared_with(daily_sales(DAYS), around(values)).future

    known = future["weather_temperature"].to_numpy()
    assert (known[:REACH] == 9.0).all()
    assert known[REACH:] == pytest.approx(2.0, abs=0.2)


def test_sales_that_follow_the_weather_are_forecast_better_with_it() -> None:
    values = noise(4)
    sales = driven_sales(values, seed=4)

    without = train_forecast(sales, QUICK)
    result = train_forecast(sales, QUICK, surroundings=around(values))

    assert result.metrics["wape"] < 0.9 * without.metrics["wape"]  # type: ignore[operator]  # numbers
    assert "weather_temperature" in result.features
    assert any("better with it: weather temperature" in note for note in result.notes)
    assert "weather_temperature" in result.model.ahead


def test_what_is_not_used_leaves_no_trace_but_a_note() -> None:
    sales = daily_sales(DAYS)

    plain = train_forecast(sales, QUICK)
    result = train_forecast(sales, QUICK, surroundings=around(noise(5)))

    assert any("no better with it: weather temperature" in note for note in result.notes)
    assert "weather_temperature" not in result.features
    pd.testing.assert_frame_equal(result.forecast, plain.forecast)


@pytest.mark.parametrize(
    "values",
    [np.full(DAYS, 7.0), np.full(DAYS, np.nan), np.where(np.arange(DAYS) < 250, np.nan, 1.0)],
    ids=["constant", "missing", "mostly missing"],
)
def test_columns_without_content_are_left_out(values: np.ndarray) -> None:
    assert prepared_with(daily_sales(DAYS), around(values)).history.known == ()


def test_weekly_and_hourly_rows_get_the_mean_and_the_value_of_the_day() -> None:
    daily = around(np.arange(400, dtype=float))
    weekly = pd.DataFrame(
        {"ds": pd.date_range("2024-01-01", periods=50, freq="7D"), "quantity": 5.0}
    )
    hourly = pd.DataFrame(
        {"ds": pd.date_range("2024-01-01", periods=40 * 24, freq="h"), "quantity": 5.0}
    )

    by_week = prepared_with(weekly, daily).history.frame["weather_temperature"]
    by_hour = prepared_with(hourly, daily).history.frame["weather_temperature"]

    assert by_week.iloc[:2].tolist() == [3.0, 10.0]
    assert by_hour.iloc[[0, 23, 24]].tolist() == [0.0, 0.0, 1.0]


def test_a_column_that_the_frame_lacks_is_named() -> None:
    with pytest.raises(InvalidDataError, match="weather_wind"):
        Surroundings(pd.DataFrame({"ds": []}), {"weather_wind": Rhythm.YEAR})


def test_usual_values_follow_the_year_or_the_week() -> None:
    ds = pd.date_range("2022-01-01", periods=3 * 365, freq="D")
    yearly = 10 + 8 * np.sin(2 * np.pi * np.asarray(ds.day_of_year) / 365.25)
    weekly = np.where(ds.day_of_week == 5, 3.0, 1.0)
    ahead = pd.date_range("2025-06-01", periods=60, freq="D")

    summer = fit_climatology(ds, yearly, Rhythm.YEAR).at(ahead)
    traffic = fit_climatology(ds, weekly, Rhythm.WEEK).at(ahead)

    expected = 10 + 8 * np.sin(2 * np.pi * np.asarray(ahead.day_of_year) / 365.25)
    assert np.abs(summer - expected).max() < 0.5
    assert traffic.tolist() == np.where(ahead.day_of_week == 5, 3.0, 1.0).tolist()
