"""Covariates of which only the past is known: used where they help, and never from ahead."""

import pickle

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.pooled.examples import Examples
from pipeline.forecast.pooled.growing import grow
from pipeline.forecast.pooled.learning import SETTINGS
from pipeline.forecast.pooled.observed import Observed
from pipeline.forecast.pooled.pace import pace_of
from pipeline.forecast.pooled.trees import Trees
from pipeline.forecast.pooled.usefulness import useful_to_observe
from pipeline.forecast.result import ForecastResult
from pipeline.forecast.shared import fit_shared
from pipeline.forecast.spec import BALANCED, FAST, ForecastSpec
from pipeline.forecast.train import train_forecast
from tests.pipeline.forecast.series import daily_sales

DAYS, HORIZON, LEAD = 500, 14, 14
PACE = pace_of(Frequency(Unit.DAY))


def sold(number: int = 0) -> pd.DataFrame:
    """Sales that follow, so many days later, what a column of the file says."""
    draw = np.random.default_rng(number)
    interest = _wander(draw, DAYS + LEAD)
    expected = 40 * np.exp(0.5 * interest[:DAYS])
    return pd.DataFrame(
        {
            "ds": pd.date_range("2023-01-02", periods=DAYS, freq="D"),
            "quantity": draw.poisson(expected).astype(float),
            "enquiries": 100 + 10 * interest[LEAD:],
        }
    )


def _wander(draw: np.random.Generator, days: int) -> np.ndarray:
    """Without a pattern that its own past would tell for longer than some days."""
    steps = draw.normal(0, 1, days)
    values = np.zeros(days)
    for day in range(1, days):
        values[day] = 0.8 * values[day - 1] + 0.6 * steps[day]
    return values


def made(frame: pd.DataFrame, **options: object) -> ForecastResult:
    spec = ForecastSpec(horizon_days=HORIZON, **options)  # type: ignore[arg-type]  # by name
    return train_forecast(frame, spec)


@pytest.mark.parametrize("origin", [60, 200, 399])
def test_nothing_from_after_the_origin_is_seen(origin: int) -> None:
    seen = np.random.default_rng(0).normal(size=400)
    other = np.where(np.arange(400) < origin, seen, 99.0)
    origins, targets = np.full(28, origin), origin + np.arange(28)

    first = Observed("x", seen, PACE).columns(origins, targets)
    second = Observed("x", other, PACE).columns(origins, targets)

    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name])
        assert np.isfinite(values[0])


def test_another_unit_makes_no_difference() -> None:
    seen = np.random.default_rng(0).normal(size=200)
    origins, targets = np.array([150, 199]), np.array([155, 210])

    degrees = Observed("x", seen, PACE).columns(origins, targets)
    others = Observed("x", 32 + 1.8 * seen, PACE).columns(origins, targets)

    for name, values in degrees.items():
        assert others[name] == pytest.approx(values, rel=1e-6, nan_ok=True)


def test_sales_that_follow_a_column_are_forecast_by_it() -> None:
    frame = sold(5)

    with_it = made(frame, budget=BALANCED)
    without = made(frame.drop(columns="enquiries"), budget=BALANCED)

    assert "enquiries" in with_it.features
    assert any("before the forecast begins" in note for note in with_it.notes)
    assert mean_error([with_it]) < 0.9 * mean_error([without])
    assert with_it.model.known == ()


def test_a_column_that_tells_the_same_day_only_does_not_help() -> None:
    frame = daily_sales(300)

    with_it, without = made(frame.assign(visitors=frame["quantity"])), made(frame)

    assert "visitors" not in with_it.features
    assert any("does not say how it goes on" in note for note in with_it.notes)
    pd.testing.assert_frame_equal(with_it.forecast, without.forecast)


def test_chance_is_not_looked_at() -> None:
    draw = np.random.default_rng(5)
    frame = sold().drop(columns="enquiries")
    for name in ("a", "b", "c"):
        frame[name] = draw.normal(size=DAYS)

    result = made(frame)

    assert not {"a", "b", "c"} & set(result.features)


def test_a_training_in_a_hurry_grows_no_trees_for_it() -> None:
    result = made(sold(), budget=FAST)

    assert "enquiries" not in result.features
    assert "gradient_boosting" not in {score.algorithm for score in result.backtest}


def test_what_came_after_an_origin_changes_nothing_before_it() -> None:
    frame, other = sold(), sold()
    other.loc[DAYS - HORIZON :, "enquiries"] += 30.0

    scores = [
        {
            (score.algorithm, score.window): score.metrics["mae"]
            for score in made(one, algorithm="gradient_boosting").backtest
        }
        for one in (frame, other)
    ]

    assert scores[0] == scores[1]


def test_trees_of_all_products_look_back_where_it_helps() -> None:
    seeing = {f"p{number}": sold(number) for number in range(6)}
    blind = {name: frame.drop(columns="enquiries") for name, frame in seeing.items()}

    by_column, without = by_trees(seeing), by_trees(blind)

    assert all("enquiries" in one.features for one in by_column)
    assert mean_error(by_column) < 0.9 * mean_error(without)
    model = pickle.loads(pickle.dumps(by_column[0].model))
    pd.testing.assert_frame_equal(model.predict(model.ahead), by_column[0].forecast)


def by_trees(frames: dict[str, pd.DataFrame]) -> list[ForecastResult]:
    spec = ForecastSpec(horizon_days=HORIZON, algorithm="pooled")
    histories = {name: ("bread", frame) for name, frame in frames.items()}
    shared = pickle.loads(pickle.dumps(fit_shared(histories, spec)))
    return [
        train_forecast(frame, spec, category="bread", shared=shared) for frame in frames.values()
    ]


def mean_error(results: list[ForecastResult]) -> float:
    return float(np.mean([one.metrics["mase"] for one in results]))


def test_a_product_without_the_column_is_forecast_too() -> None:
    histories = {f"p{number}": ("bread", sold(number)) for number in range(6)}
    histories["young"] = ("bread", sold(9).drop(columns="enquiries").tail(60))
    spec = ForecastSpec(horizon_days=HORIZON, algorithm="pooled")

    result = train_forecast(
        histories["young"][1], spec, category="bread", shared=fit_shared(histories, spec)
    )

    assert result.algorithm == "pooled"
    assert result.forecast["yhat"].gt(0).all()


def examples_seeing(*names: str) -> Examples:
    """The day ahead of 600 days; ``true`` tells the sales, the other columns do nothing."""
    draw = np.random.default_rng(0)
    table = draw.normal(size=(600, len(names)))
    tells = table[:, names.index("true")] if "true" in names else np.zeros(600)
    return Examples(
        names=("step", *(f"{name}: last" for name in names)),
        table=np.column_stack([np.ones(600), table]).astype(np.float32),
        targets=np.exp(0.5 * tells + 0.1 * draw.normal(size=600)),
        expected=np.zeros(600),
        weights=np.ones(600),
        stamps=np.datetime64("2024-01-01", "s") + np.arange(600) * np.timedelta64(1, "D"),
    )


def found(*names: str) -> tuple[tuple[str, ...], int]:
    """The columns that help, and how often trees were grown for it."""
    grown: list[int] = []

    def grower(examples: Examples) -> Trees:
        grown.append(len(examples.names))
        return grow(
            examples.table,
            examples.targets,
            SETTINGS,
            rounds=20,
            threads=1,
            seed=0,
            expected=examples.expected,
            weights=examples.weights,
        )

    return useful_to_observe(examples_seeing(*names), names, grower), len(grown)


def test_columns_that_do_not_help_together_are_not_tried_alone() -> None:
    assert found("a", "b", "c", "d") == ((), 2)


def test_columns_that_help_together_are_tried_one_by_one() -> None:
    assert found("a", "true", "b") == (("true",), 5)
    assert found("true") == (("true",), 2)
