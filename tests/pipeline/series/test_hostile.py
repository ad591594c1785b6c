"""Tables that are awkward in some way still end in forecasts, or in advice."""

import numpy as np
import pandas as pd
import pytest

from pipeline.table.result import TableResult
from tests.pipeline.series.tables import daily, forecast


def by_the_engine(frame: pd.DataFrame, **request: object) -> TableResult:
    asked = {"model_type": "forecast_engine", "horizon": 7, "time_budget_seconds": 300.0}
    result = forecast(frame, **{"target": "sales", **asked, **request})  # type: ignore[arg-type]  # any request
    ahead = result.model.forecast()
    assert np.isfinite(ahead[["prediction", "lower", "upper"]].to_numpy(dtype=float)).all()
    assert result.algorithm == "forecast_engine"
    return result


@pytest.mark.parametrize("value", [0.0, 5.0, -5.0])
def test_a_constant_goes_on(value: float) -> None:
    ahead = by_the_engine(daily(60).assign(sales=value)).model.forecast()
    np.testing.assert_allclose(ahead[["prediction", "lower", "upper"]], value, atol=1e-6)


def test_values_missing_at_the_end_are_what_is_forecast() -> None:
    frame = daily(100)
    frame.loc[90:, "sales"] = np.nan
    ahead = by_the_engine(frame, horizon=None).model.forecast()
    assert ahead["date"].tolist() == frame["date"].tail(10).tolist()
    assert ahead["prediction"].between(50, 170).all()


def test_rows_in_any_order_with_dates_as_text_are_the_same_series() -> None:
    frame = daily(100)
    written = frame.assign(date=frame["date"].dt.strftime("%d.%m.%Y"))
    plain, mixed = (
        by_the_engine(one).model.forecast()["prediction"]
        for one in (frame, written.sample(frac=1, random_state=3))
    )
    pd.testing.assert_series_equal(plain, mixed)


def test_a_gap_of_many_weeks_is_not_taken_as_zeros() -> None:
    ahead = by_the_engine(daily(200).drop(index=range(60, 120))).model.forecast()
    assert ahead["prediction"].between(50, 170).all()


def test_the_clock_may_be_put_back_on_the_way() -> None:
    times = pd.date_range("2024-10-20", periods=24 * 14, freq="h", tz="Europe/Berlin")
    day = 10 + 5 * np.sin(2 * np.pi * np.arange(len(times)) / 24)
    frame = pd.DataFrame({"time": times.map(str), "sales": day})
    ahead = by_the_engine(frame, horizon=24).model.forecast()
    assert ahead["time"].iloc[0] == times[-1] + pd.Timedelta(hours=1)
    expected = 10 + 5 * np.sin(2 * np.pi * np.arange(len(times), len(times) + 24) / 24)
    np.testing.assert_allclose(ahead["prediction"], expected, atol=1.5)


@pytest.mark.parametrize("factor", [1e-9, 1e9])
def test_the_unit_of_the_values_makes_no_difference(factor: float) -> None:
    frame = daily(100)
    scaled = frame.assign(sales=frame["sales"] * factor)
    plain, other = (by_the_engine(one).model.forecast()["prediction"] for one in (frame, scaled))
    np.testing.assert_allclose(other / factor, plain, rtol=0.05)


def test_a_fortnight_is_enough_for_the_engine() -> None:
    by_the_engine(daily(14), horizon=2)
