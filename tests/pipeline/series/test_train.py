"""A table of series becomes forecasts."""

import pickle
import time

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import (
    InsufficientDataError,
    InvalidDataError,
    InvalidParameterError,
    ResourceLimitError,
    TargetNotFoundError,
)
from pipeline.progress import Progress
from pipeline.series.methods.registry import METHODS
from pipeline.series.naming import names_as_text
from pipeline.table.phases import PHASE_RANGES, TablePhase
from pipeline.table.predict import predict_rows
from pipeline.table.spec import TableSpec
from pipeline.table.train import train_table
from tests.pipeline.series.tables import WEEK, daily, forecast, panel, seasonal, told


def test_a_daily_series_is_forecast_with_its_week() -> None:
    result = forecast(daily(), "sales")
    ahead = result.model.forecast(14)
    expected = 100 * np.resize(np.roll(WEEK, -(120 % 7)), 14)
    np.testing.assert_allclose(ahead["prediction"], expected, rtol=0.06)
    assert ahead["date"].tolist() == pd.date_range("2024-04-30", periods=14).tolist()
    assert (ahead["lower"] <= ahead["prediction"]).all()
    assert (ahead["prediction"] <= ahead["upper"]).all()
    assert result.hyperparameters["frequency"] == "daily"


def test_amounts_written_as_text_are_forecast_as_numbers() -> None:
    table = daily()
    written = table.assign(sales=[f"€ {value * 100:,.2f}" for value in table["sales"]])
    result = forecast(written, "sales")
    assert result.model.forecast(7)["prediction"].to_numpy() == pytest.approx(
        100 * forecast(table, "sales").model.forecast(7)["prediction"].to_numpy(), rel=1e-3
    )
    assert "'sales' is text that was read as numbers" in told(result)


def test_every_method_is_compared_and_the_best_wins_over_the_naive_one() -> None:
    result = forecast(daily(200), "sales", model_type="auto")
    names = {entry.algorithm for entry in result.leaderboard}
    assert {"seasonal_naive", "theta", "holt_winters", "harmonic_regression", "prophet"} <= names
    assert sum(entry.is_chosen for entry in result.leaderboard) == 1
    assert sum(entry.weight for entry in result.leaderboard) == pytest.approx(1, abs=0.01)
    assert float(result.metrics["mase"] or 9) < float(result.metrics["seasonal_naive_mase"] or 0)


def test_the_engine_is_the_choice_where_it_knows_the_calendar() -> None:
    assert forecast(daily(), "sales", model_type="auto").algorithm == "forecast_engine"
    every_minute = pd.date_range("2024-01-01", periods=240, freq="min")
    values = 50 + 10 * np.sin(np.arange(240) / 60 * 2 * np.pi)
    frame = pd.DataFrame({"time": every_minute, "load": values})
    assert forecast(frame, "load", model_type="auto").algorithm != "forecast_engine"


def test_the_engine_uses_what_is_known_ahead() -> None:
    rng = np.random.default_rng(3)
    promoted = (rng.random(214) < 0.2).astype(float)
    sales = 40 + 60 * promoted + rng.normal(0, 3, 214)
    frame = pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=214),
            "promotion": promoted,
            "sales": np.where(np.arange(214) < 200, sales, np.nan),
        }
    )
    result = forecast(frame, "sales", model_type="forecast_engine")
    expected = 40 + 60 * promoted[200:]
    np.testing.assert_allclose(result.model.forecast(14)["prediction"], expected, atol=8)


def test_a_surprise_fades_where_a_day_has_several_periods() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 1, 1_000)
    rest = np.zeros(1_000)
    for row in range(1, 1_000):
        rest[row] = 0.95 * rest[row - 1] + noise[row]
    hours = pd.date_range("2024-01-01", periods=1_000, freq="h")
    level = 100 + 20 * np.sin(np.arange(1_000) / 24 * 2 * np.pi)
    frame = pd.DataFrame({"time": hours, "load": level + rest})
    errors = {
        entry.algorithm: -entry.score
        for entry in forecast(frame, "load", horizon=6, model_type="auto").leaderboard
    }
    assert errors["autoregression"] < errors["seasonal_mean"]


def test_the_figures_of_the_document_are_there() -> None:
    metrics = forecast(daily(), "sales").metrics
    for name in ("train_accuracy", "test_accuracy", "wape", "mase", "smape", "rmse", "mae"):
        assert isinstance(metrics[name], float), name
    assert metrics["test_accuracy"] == pytest.approx(1 - float(metrics["wape"] or 0))
    assert float(metrics["test_accuracy"] or 0) > 0.9
    assert 0.6 <= float(metrics["coverage"] or 0) <= 1


def test_many_series_are_told_apart_by_the_column_that_names_them() -> None:
    result = forecast(panel(), "sales")
    assert result.features == ("store", "date")
    assert "'store' tells the series apart" in told(result)
    ahead = result.model.forecast(7)
    means = ahead.groupby("store")["prediction"].mean()
    np.testing.assert_allclose(means, 20.0 * np.arange(1, 6) * WEEK.mean(), rtol=0.1)
    assert result.explanation["forecast"][0]["series"] == {"store": "store 0"}
    assert len(result.explanation["series"]) == 5


def test_bytes_that_are_no_text_can_tell_the_series_apart() -> None:
    names = {"store 0": b"caf\xc3\xa9", "store 1": b"\xb1", "store 2": b"\xff"}
    frame = panel(3, 60)
    frame["store"] = pd.Series([names[name] for name in frame["store"]], dtype=object)
    result = forecast(frame, "sales", group_column="store")
    stores = {one["series"]["store"] for one in result.explanation["forecast"]}
    assert stores == {"café", r"\xb1", r"\xff"}
    rows = frame[["store", "date"]].iloc[:0]
    future = pd.DataFrame({"store": [b"\xb1"], "date": [pd.Timestamp("2024-03-03")]})
    assert predict_rows(result, pd.concat([rows, future]))["prediction"].notna().all()


def test_numbers_of_any_size_can_name_series() -> None:
    numbers = pd.Series([7.0, 0.5, 1e308, -1e308, np.nan])
    assert names_as_text(numbers).tolist() == ["7", "0.5", "1e+308", "-1e+308", "(missing)"]


def test_two_columns_together_can_tell_the_series_apart() -> None:
    shops = [panel(3, 60).assign(product=name) for name in ("bread", "cake")]
    result = forecast(pd.concat(shops), "sales")
    assert result.features == ("store", "product", "date")
    assert result.metrics["series"] == 6


@pytest.mark.parametrize(
    ("times", "season", "name"),
    [
        (pd.date_range("2015-01-31", periods=72, freq="ME"), 12, "monthly"),
        (pd.date_range("2005-01-01", periods=48, freq="QS"), 4, "quarterly"),
        (pd.date_range("1970-01-01", periods=50, freq="YS"), 9, "yearly"),
        (pd.date_range("2020-01-06", periods=130, freq="W-MON"), 52, "weekly"),
        (pd.date_range("2024-01-01", periods=24 * 14, freq="h"), 24, "hourly"),
        (pd.date_range("2024-01-01", periods=96 * 5, freq="15min"), 96, "every 15 minutes"),
        (pd.date_range("2024-01-01", periods=300, freq="10s"), 30, "every 10 seconds"),
        (pd.bdate_range("2024-01-01", periods=100), 5, "daily (5 days a week)"),
    ],
)
def test_every_regular_frequency_is_forecast(
    times: pd.DatetimeIndex, season: int, name: str
) -> None:
    result = forecast(seasonal(times, season))
    assert result.hyperparameters["frequency"] == name
    ahead = result.model.forecast()
    assert len(ahead) == result.metrics["horizon"]
    following = pd.date_range(times[-1], periods=3, freq=times.freq)[1:]
    assert ahead["time"].head(2).tolist() == following.tolist()
    assert np.isfinite(ahead[["prediction", "lower", "upper"]].to_numpy()).all()


def test_months_as_text_and_years_as_numbers_are_times() -> None:
    months = seasonal(pd.date_range("2015-01-01", periods=60, freq="MS"), 12)
    written = months.assign(time=months["time"].dt.strftime("%Y-%m"))
    assert forecast(written).hyperparameters["frequency"] == "monthly"
    years = pd.DataFrame({"year": np.arange(1960, 2020), "value": np.arange(60.0)})
    ahead = forecast(years).model.forecast(2)
    assert ahead["year"].tolist() == [2020, 2021]


def test_hours_with_a_time_zone_come_back_in_it() -> None:
    times = pd.date_range("2024-03-25", periods=24 * 10, freq="h", tz="Europe/Madrid")
    result = forecast(seasonal(times, 24))
    ahead = result.model.forecast(2)
    assert str(ahead["time"].dt.tz) == "Europe/Madrid"
    assert ahead["time"].iloc[0] == times[-1] + pd.Timedelta(hours=1)
    asked = pd.DataFrame({"time": [str(ahead["time"].iloc[0].tz_convert("UTC"))]})
    assert predict_rows(result, asked)["prediction"].iloc[0] == ahead["prediction"].iloc[0]


def test_rows_of_one_period_are_added_up_if_they_are_amounts() -> None:
    whole = daily().assign(sales=lambda frame: frame["sales"].round())
    halves = pd.concat([whole.assign(sales=whole["sales"] - 30), whole.assign(sales=30.0)])
    result = forecast(halves, "sales")
    assert "added up" in told(result)
    np.testing.assert_allclose(result.model.forecast(7)["prediction"].mean(), 104, rtol=0.05)


def test_rows_of_one_period_are_averaged_if_they_are_measured() -> None:
    warm = seasonal(pd.date_range("2024-01-01", periods=90), 7, level=10.0)
    result = forecast(pd.concat([warm, warm.assign(value=warm["value"] + 2)]))
    assert "averaged" in told(result)
    np.testing.assert_allclose(result.model.forecast(7)["prediction"].mean(), 11, atol=2)


def test_copies_of_rows_count_once() -> None:
    frame = daily()
    result = forecast(pd.concat([frame, frame.head(20)]), "sales")
    assert "20 rows are copies" in told(result)
    assert result.training_data_points == 120


def test_missing_periods_are_not_taken_as_zero_where_values_are_measured() -> None:
    frame = daily(150).drop(index=[20, 21, 22, 80, 101])
    result = forecast(frame, "sales")
    assert "5 of 150 periods have no row; they are taken as not known" in told(result)
    assert result.model.forecast(7)["prediction"].min() > 50


def test_missing_periods_are_zero_where_things_are_counted_rarely() -> None:
    rng = np.random.default_rng(0)
    counts = pd.DataFrame(
        {"date": pd.date_range("2024-01-01", periods=200), "orders": rng.poisson(0.7, 200)}
    )
    result = forecast(counts[counts["orders"] > 0], "orders", model_type="croston_tsb")
    assert "these count as 0" in told(result)
    assert result.algorithm == "croston_tsb"
    np.testing.assert_allclose(result.model.forecast(3)["prediction"].mean(), 0.7, atol=0.3)


@pytest.mark.parametrize("model_type", ["auto", *METHODS])
def test_a_gap_longer_than_what_a_method_looks_at_costs_that_method_alone(model_type: str) -> None:
    frame = daily(6_000).drop(index=range(100, 5_900))
    result = forecast(frame, "sales", model_type=model_type)
    looks_far = model_type == "auto" or METHODS[model_type].most_rows > 5_900
    assert result.model.forecast(7)["prediction"].notna().all()
    assert looks_far or result.algorithm == "seasonal_naive"


def test_irregular_times_are_put_together() -> None:
    rng = np.random.default_rng(0)
    seconds = np.sort(rng.uniform(0, 100 * 86_400, 1_000))
    times = pd.Timestamp("2024-01-01") + pd.to_timedelta(seconds, unit="s")
    result = forecast(pd.DataFrame({"at": times, "rides": rng.integers(1, 4, 1_000)}), "rides")
    assert "not regular: the rows were put together daily" in told(result)
    np.testing.assert_allclose(result.model.forecast(7)["prediction"].mean(), 20, rtol=0.4)


def test_a_short_series_gets_a_simple_forecast_and_sinks_no_other() -> None:
    short = daily(3).assign(store="new", sales=[5.0, 6.0, 7.0])
    result = forecast(pd.concat([panel(2), short]), "sales")
    assert "1 of 3 series are too short" in told(result)
    ahead = result.model.forecast(2)
    assert ahead.loc[ahead["store"] == "new", "prediction"].between(5, 8).all()


def test_rows_after_the_last_target_are_forecast_with_what_they_tell() -> None:
    rng = np.random.default_rng(0)
    frame = daily(150).assign(promotion=rng.integers(0, 2, 150))
    frame["sales"] += 80.0 * frame["promotion"]
    frame.loc[frame.index[-10:], "sales"] = np.nan
    result = forecast(frame, "sales", model_type="harmonic_regression")
    assert result.metrics["horizon"] == 10
    assert result.features == ("date", "promotion")
    future = frame.tail(10)
    with_it, without = (
        predict_rows(result, future.assign(promotion=value))["prediction"] for value in (1, 0)
    )
    np.testing.assert_allclose(with_it - without, 80, rtol=0.15)
    assumed = predict_rows(result, future.assign(promotion=np.nan))
    pd.testing.assert_frame_equal(assumed, predict_rows(result, future))


def test_columns_that_are_not_known_ahead_are_not_used() -> None:
    frame = daily().assign(temperature=np.arange(120.0))
    result = forecast(frame, "sales")
    assert result.features == ("date",)
    assert "Not used" in told(result)
    assert result.profile["dropped"]["temperature"]


def test_values_below_zero_are_forecast_below_zero() -> None:
    frame = seasonal(pd.date_range("2023-01-01", periods=120), 7, level=-100.0)
    for method in ("theta", "prophet", "poisson", "holt_winters"):
        ahead = forecast(frame, model_type=method).model.forecast(7)
        np.testing.assert_allclose(ahead["prediction"].mean(), -100, atol=6, err_msg=method)
        assert (ahead["lower"] < -80).any()


def test_a_forecast_is_the_same_after_storing_in_any_order_and_in_parts() -> None:
    result = forecast(panel(3), "sales", model_type="auto")
    stored = pickle.loads(pickle.dumps(result))
    asked = result.model.forecast(12)
    whole = predict_rows(result, asked)
    np.testing.assert_array_equal(whole.to_numpy(), asked[["prediction", "lower", "upper"]])
    mixed = asked.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(predict_rows(stored, mixed), whole.loc[mixed.index])
    parts = pd.concat([predict_rows(stored, asked.iloc[[row]]) for row in range(len(asked))])
    pd.testing.assert_frame_equal(parts, whole)


def test_the_same_table_gives_the_same_forecast() -> None:
    first, second = (forecast(panel(2), "sales", model_type="auto") for _ in range(2))
    pd.testing.assert_frame_equal(first.model.forecast(), second.model.forecast())
    assert first.data_digest == second.data_digest


def test_shuffled_values_are_not_forecast_better_than_by_chance() -> None:
    frame = daily(200)
    shuffled = frame["sales"].sample(frac=1, random_state=5).to_numpy()
    result = forecast(frame.assign(sales=shuffled), "sales", model_type="auto")
    assert float(result.metrics["r2_score"] or 0) < 0.15


def test_the_test_periods_do_not_take_part_in_the_choice_or_the_figures_before() -> None:
    frame = daily(120)
    changed = frame.copy()
    changed.loc[changed.index[-24:], "sales"] *= 5
    first, second = (forecast(one, "sales", model_type="auto") for one in (frame, changed))
    scores = [
        {entry.algorithm: entry.score for entry in one.leaderboard if entry.score is not None}
        for one in (first, second)
    ]
    simple = ("seasonal_naive", "seasonal_mean", "theta", "holt_winters", "drift")
    assert {name: scores[0][name] for name in simple} == {name: scores[1][name] for name in simple}
    assert first.metrics["train_accuracy"] == second.metrics["train_accuracy"]
    assert first.metrics["test_accuracy"] != second.metrics["test_accuracy"]


def test_progress_goes_through_the_phases_of_the_document() -> None:
    seen: list[Progress] = []
    forecast(panel(3), "sales", seen=seen)
    phases = list(dict.fromkeys(step.phase for step in seen))
    assert phases == [phase for phase in TablePhase if phase is not TablePhase.COMPLETED]
    percentages = [step.percentage for step in seen]
    assert percentages == sorted(percentages)
    for step in seen:
        low, high = PHASE_RANGES[TablePhase(step.phase)]
        assert low <= step.percentage <= high
    training = [step.metrics for step in seen if step.phase == TablePhase.TRAINING]
    assert {figures["iteration"] for figures in training} == {1, 2, 3}
    assert all(figures["total_iterations"] == 3 for figures in training)
    assert all(figures["current_algorithm"] in (*METHODS, "ensemble") for figures in training)


def test_the_budget_is_kept_with_many_series() -> None:
    frame = panel(150, 60)
    started = time.process_time()
    result = forecast(frame, "sales", model_type="auto", time_budget_seconds=4.0)
    assert time.process_time() - started < 8  # what others compute meanwhile is not counted
    assert result.metrics["series"] == 150
    assert "the time allowed only a part" in told(result)
    assert len(result.model.forecast(1)) == 150


def test_told_to_finish_it_keeps_the_quick_methods() -> None:
    spec = TableSpec(ml_task="time_series", target_variable="sales")
    result = train_table(panel(3), spec, should_finish=lambda: True)
    assert "told to finish early" in told(result)
    assert result.algorithm in ("seasonal_naive", "seasonal_mean", "drift", "ensemble")
    assert len(result.model.forecast(1)) == 3


def test_a_caller_can_stop_the_training() -> None:
    class StoppedError(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.phase == TablePhase.TRAINING:
            raise StoppedError

    spec = TableSpec(ml_task="time_series", target_variable="sales")
    with pytest.raises(StoppedError):
        train_table(panel(2), spec, on_progress=stop)


REFUSED = {
    "no target": (daily(), {"target": "profit"}, TargetNotFoundError, "profit.*'date', 'sales'"),
    "a target of names": (
        daily().assign(sales="many"),
        {},
        InvalidDataError,
        "'sales' is not numeric.*many.*classification",
    ),
    "no time": (
        daily().drop(columns="date").assign(size=1.5),
        {},
        InvalidDataError,
        "No column tells the time.*sales, size",
    ),
    "a time that is none": (
        daily().assign(name="a"),
        {"time_column": "name"},
        InvalidParameterError,
        "'name'.*cannot be read as times",
    ),
    "a count of rows": (
        pd.DataFrame({"row": range(1, 145), "sales": 1.5}),
        {},
        InvalidDataError,
        "'row' counts from 1 to 144, which tells no date: name it .* accepted: dates",
    ),
    "a count that repeats": (
        pd.DataFrame({"t": [*range(600)] * 2, "sales": 1.5}),
        {"time_column": "t"},
        InvalidParameterError,
        "'t' counts from 0 to 599, which tells no date: .* accepted: dates",
    ),
    "hours without their date": (
        pd.DataFrame({"hour": [1, 2, 3, 4] * 9, "sales": 1.5}),
        {},
        InvalidDataError,
        "'hour' holds only a time of day, without the year or date",
    ),
    "numbers named as the time": (
        pd.DataFrame({"size": [2.5, 7.25, 1.0] * 9, "sales": 1.5}),
        {"time_column": "size"},
        InvalidParameterError,
        "'size' holds numbers from 1 to 7.25; accepted: dates",
    ),
    "an unknown time": (daily(), {"time_column": "when"}, InvalidParameterError, "when.*date"),
    "an unknown group": (daily(), {"group_column": "shop"}, InvalidParameterError, "shop.*date"),
    "too few times": (daily(3), {}, InsufficientDataError, "3 different times.*at least 4"),
    "a long horizon": (daily(40), {"horizon": 41}, InvalidParameterError, "41.*1 to 40"),
    "a mistyped date": (
        daily(40).assign(
            date=lambda frame: frame["date"].where(frame.index < 39, pd.Timestamp("2202-02-09"))
        ),
        {"horizon": 7},
        InvalidDataError,
        "'date' holds 2202-02-09.*most values end at 2024-02-08.*leave out the rows after",
    ),
    "an unknown method": (daily(), {"model_type": "arima"}, InvalidParameterError, "theta"),
    "mixed frequencies": (
        pd.concat(
            [
                daily(60).assign(shop="a"),
                daily(60)
                .iloc[::10]
                .assign(shop="b", date=pd.date_range("2020", periods=6, freq="MS")),
            ]
        ),
        {"group_column": "shop"},
        InvalidDataError,
        "different frequencies: daily .*'a'.*monthly .*'b'",
    ),
    "too many series": (
        pd.DataFrame(
            {
                "date": np.repeat(pd.date_range("2024-01-01", periods=4), 2_001),
                "shop": np.tile(np.arange(2_001), 4),
                "sales": 1.0,
            }
        ),
        {"group_column": "shop"},
        ResourceLimitError,
        "2,001 series.*2,000",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_forecast_is_refused_with_advice(case: str) -> None:
    frame, request, error, words = REFUSED[case]
    with pytest.raises(error, match=words):
        forecast(frame, **{"target": "sales", **request})
