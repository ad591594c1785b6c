"""The whole way from a history to a forecast."""

import json
import math
import pickle

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import InvalidDataError
from pipeline.forecast.candidates.features import CALENDAR_FEATURES, ORIGIN_FEATURES
from pipeline.forecast.phases import RANGES, ForecastPhase
from pipeline.forecast.result import ForecastResult
from pipeline.forecast.spec import POINTS, ForecastSpec
from pipeline.forecast.structural.candidates import STRUCTURAL
from pipeline.forecast.train import train_forecast
from pipeline.progress import Progress
from tests.pipeline.forecast.series import daily_sales


class StopAskedError(Exception):
    """What a caller raises to stop a training."""


def check(result: ForecastResult, rows: int) -> None:
    forecast = result.forecast
    bounds = forecast[["yhat_lower", "yhat", "yhat_upper"]].to_numpy()
    assert list(forecast.columns) == ["ds", "yhat", "yhat_lower", "yhat_upper"]
    assert len(forecast) == rows
    assert np.isfinite(bounds).all()
    assert (bounds >= 0).all()
    assert (np.diff(bounds, axis=1) >= 0).all()
    for metrics in (result.metrics, result.baseline_metrics):
        assert all(value is None or math.isfinite(value) for value in metrics.values())
    json.dumps(result.hyperparameters)


@pytest.fixture(scope="module")
def seen() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def result(seen: list[Progress]) -> ForecastResult:
    return train_forecast(daily_sales(400), ForecastSpec(), on_progress=seen.append)


def test_a_result_is_complete_and_better_than_the_baseline(result: ForecastResult) -> None:
    check(result, rows=90)
    assert result.degraded_reason is None
    assert result.metrics["mase"] < result.baseline_metrics["mase"]  # type: ignore[operator]  # numbers here
    assert result.training_data_points == 400
    assert result.validation_data_points == 50
    assert result.frequency == "daily"
    assert len(result.features) >= 20
    assert set(result.features) == {*CALENDAR_FEATURES, *ORIGIN_FEATURES}
    assert {record.algorithm for record in result.backtest} >= {"prophet_tuned", "seasonal_naive"}
    weekend = result.forecast["ds"].dt.day_of_week >= 5
    assert result.forecast["yhat"][weekend].mean() > 1.5 * result.forecast["yhat"][~weekend].mean()


def test_intervals_hold_on_rows_to_come(result: ForecastResult) -> None:
    to_come = daily_sales(490).tail(90)["quantity"].to_numpy()

    inside = (to_come >= result.forecast["yhat_lower"]) & (to_come <= result.forecast["yhat_upper"])

    assert inside.mean() > 0.85


def test_progress_never_falls_and_stays_in_its_phase(
    result: ForecastResult, seen: list[Progress]
) -> None:
    percentages = [step.percentage for step in seen]

    assert percentages == sorted(percentages)
    assert (percentages[0], percentages[-1]) == (0, 100)
    assert {step.phase for step in seen} == set(ForecastPhase) - {ForecastPhase.SHARED_PROFILE}
    for step in seen:
        low, high = RANGES[ForecastPhase(step.phase)]
        assert low <= step.percentage <= high


def test_the_same_input_gives_the_same_forecast(result: ForecastResult) -> None:
    again = train_forecast(daily_sales(400).sample(frac=1, random_state=3), ForecastSpec())

    pd.testing.assert_frame_equal(again.forecast, result.forecast)
    assert again.metrics == result.metrics
    assert again.data_digest == result.data_digest


def test_the_model_can_be_used_again(result: ForecastResult) -> None:
    model = pickle.loads(pickle.dumps(result.model))

    pd.testing.assert_frame_equal(model.predict(result.forecast[["ds"]]), result.forecast)
    with pytest.raises(InvalidDataError, match="after 2025-02-03"):
        model.predict(pd.DataFrame({"ds": [pd.Timestamp("2025-02-03")]}))
    with pytest.raises(InvalidDataError, match="ds is missing"):
        model.predict(pd.DataFrame({"day": [1]}))


@pytest.mark.parametrize("phase", ["validation", "backtest", "training", "forecasting"])
def test_what_the_callback_raises_ends_the_training_at_once(phase: str) -> None:
    steps: list[str] = []

    def stop(progress: Progress) -> None:
        steps.append(progress.phase)
        if progress.phase == phase:
            raise StopAskedError

    with pytest.raises(StopAskedError):
        train_forecast(daily_sales(60), ForecastSpec(algorithm="drift"), on_progress=stop)
    assert steps.count(phase) == 1
    assert steps[-1] == phase


@pytest.mark.parametrize(
    ("freq", "periods", "rows", "name"),
    [("h", 24 * 40, 14 * 24, "hourly"), ("W-MON", 110, 2, "weekly"), ("MS", 48, 1, "monthly")],
)
def test_other_frequencies(freq: str, periods: int, rows: int, name: str) -> None:
    ds = pd.date_range("2021-01-04", periods=periods, freq=freq)
    quantity = np.random.default_rng(0).poisson(20 + 10 * np.sin(np.arange(periods) / 4))

    made = train_forecast(
        pd.DataFrame({"ds": ds, "quantity": quantity}), ForecastSpec(horizon_days=14)
    )

    check(made, rows)
    assert made.frequency == name
    assert made.degraded_reason is None


@pytest.mark.parametrize("value", [0.0, 5.0])
def test_a_constant_history_is_forecast_as_it_is(value: float) -> None:
    made = train_forecast(daily_sales(60).assign(quantity=value), ForecastSpec())

    check(made, rows=90)
    assert made.forecast["yhat"].to_numpy() == pytest.approx(np.full(90, value), abs=1e-6)
    assert made.metrics["mae"] == pytest.approx(0, abs=1e-6)


def test_an_intermittent_history_is_forecast_low() -> None:
    rows = np.random.default_rng(0).choice(300, 30, replace=False)

    made = train_forecast(daily_sales(300).iloc[rows], ForecastSpec())

    check(made, rows=90)
    assert not made.forecast["yhat"].any()
    assert 0 < made.means.mean() < 10
    assert any(note.startswith("Nothing was recorded for 2") for note in made.notes)


def test_what_is_told_of_rare_sales_is_what_is_scored_and_means_are_kept_beside_it() -> None:
    rare = daily_sales(300)
    rare["quantity"] = np.random.default_rng(1).poisson(0.4, 300).astype(float)

    nearest, mean = (
        train_forecast(rare, ForecastSpec(horizon_days=28, point=point)) for point in POINTS
    )

    assert not nearest.forecast["yhat"].any()
    assert nearest.means.tolist() == mean.means.tolist() == mean.forecast["yhat"].tolist()
    assert nearest.quantiles.equals(mean.quantiles)
    assert nearest.model.predict(nearest.model.ahead).equals(nearest.forecast)
    assert nearest.baseline_metrics == mean.baseline_metrics
    assert nearest.metrics["mase"] < mean.metrics["mase"]
    scored = next(
        one for one in nearest.backtest if one.is_holdout and one.algorithm == nearest.algorithm
    )
    assert scored.metrics["mae"] == nearest.metrics["mae"]


def test_who_asks_for_one_algorithm_is_told_what_it_says() -> None:
    rare = daily_sales(300)
    rare["quantity"] = np.random.default_rng(1).poisson(0.4, 300).astype(float)

    made = train_forecast(rare, ForecastSpec(algorithm="seasonal_naive", horizon_days=7))

    assert made.forecast["yhat"].tolist() == rare["quantity"].tolist()[-7:]


def test_a_promotion_known_ahead_raises_the_forecast() -> None:
    frame = daily_sales(350)
    promoted = np.random.default_rng(5).random(350) < 0.2
    frame["promotion"] = promoted
    frame["quantity"] *= np.where(promoted, 3, 1)
    frame.loc[260:, "quantity"] = np.nan

    made = train_forecast(frame, ForecastSpec())

    on = promoted[260:]
    assert made.forecast["yhat"][on].mean() > 2 * made.forecast["yhat"][~on].mean()
    assert "promotion" in made.features
    assert {record.algorithm for record in made.backtest} >= {"prophet_tuned", "poisson"}


def test_a_model_that_cannot_be_fitted_is_replaced_and_marked() -> None:
    frame = daily_sales(60).assign(quantity=np.nan)
    frame.loc[[0, 30, 59], "quantity"] = [1.0, 4.0, 2.0]

    made = train_forecast(frame, ForecastSpec(algorithm="prophet"))

    check(made, rows=90)
    assert made.algorithm != "prophet"
    assert made.degraded_reason is not None
    assert made.degraded_reason.startswith("Prophet could not be used")


def test_the_algorithm_that_was_asked_for_is_used() -> None:
    made = train_forecast(daily_sales(90), ForecastSpec(algorithm="seasonal_naive"))

    assert made.algorithm == "seasonal_naive"
    assert made.metrics == made.baseline_metrics


def test_a_wild_value_is_tamed_for_training_and_reported() -> None:
    frame = daily_sales(200)
    frame.loc[100, "quantity"] = 5000.0

    made = train_forecast(frame, ForecastSpec(algorithm="poisson"))

    assert [one.observed for one in made.outliers] == [5000.0]
    assert made.outliers[0].ds == frame["ds"][100]
    assert made.forecast["yhat"].max() < 100


def test_little_time_goes_to_the_best_form_of_prophet_alone() -> None:
    made = train_forecast(daily_sales(200), ForecastSpec(budget="fast"))

    tested = {record.algorithm for record in made.backtest if record.algorithm in STRUCTURAL}
    assert tested == {"prophet_tuned"}
    assert made.degraded_reason is None


def test_a_short_history_without_prophet_is_marked_whatever_the_budget() -> None:
    made = [
        train_forecast(daily_sales(16), ForecastSpec(budget=budget, min_training_days=7))
        for budget in ("fast", "balanced")
    ]

    assert all(one.degraded_reason is not None for one in made)
    assert all((one.degraded_reason or "").startswith("Prophet") for one in made)
