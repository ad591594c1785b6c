"""How the time of a series is shared between its fits."""

import time

import numpy as np
import pandas as pd
import pytest

from pipeline.series.calendar import Calendar, Unit
from pipeline.series.clock import Clock
from pipeline.series.fitting import Planned, plan_series
from pipeline.series.methods.method import Past
from pipeline.series.methods.registry import BASELINE, ENGINE, METHODS
from pipeline.series.train import forecast_table
from pipeline.table.phases import PhaseReporter
from pipeline.table.result import TableResult
from pipeline.table.source import LoadedTable
from pipeline.table.spec import TableSpec
from tests.pipeline.series.tables import panel, told

SERIES, SECONDS_PER_STEP = 60, 0.25


def planned() -> Planned:
    past = Past(
        actual=np.random.default_rng(0).normal(50, 5, 100),
        first=0,
        calendar=Calendar(unit=Unit.DAY, step=1, origin=pd.Timestamp("2024-01-01")),
        season=1,
        signed=False,
        covariates={},
    )
    return plan_series(past, (), {}, 6, 0.2)


def clock(seconds: float) -> Clock:
    """The engine takes about four seconds for a fit on 100 rows."""
    now = time.perf_counter()
    return Clock(end=now + 1_000, paces={ENGINE: 10.0}, series_end=now + seconds)


@pytest.mark.parametrize(("seconds", "windows"), [(300.0, 3), (20.0, 1), (5.0, 3)])
def test_a_series_has_as_many_windows_as_the_engine_has_time_for(
    seconds: float, windows: int
) -> None:
    plan = planned().within(tuple(METHODS), clock(seconds)).plan
    assert (len(plan.selection), len(plan.test)) == (windows, windows)
    assert plan.test[-1].stop == 100


def trained_by_a_slow_machine(budget: float) -> tuple[TableResult, float]:
    """The result of a machine that takes a quarter of a second from each step that it tells of to
    the next, and the seconds that it took.
    """
    steps: list[str] = []

    def now() -> float:
        return SECONDS_PER_STEP * len(steps)

    reporter = PhaseReporter(lambda progress: steps.append(progress.message))
    loaded = LoadedTable(panel(SERIES, 60), "digest", {})
    spec = TableSpec(
        ml_task="time_series", target_variable="sales", time_budget_seconds=budget, horizon=7
    )
    return forecast_table(loaded, spec, reporter, 0.0, now), now()


def test_a_slow_machine_keeps_to_the_budget_and_forecasts_every_series() -> None:
    result, seconds = trained_by_a_slow_machine(10.0)
    assert seconds <= 1.05 * 10.0
    assert result.metrics["series"] == SERIES
    assert "no time at all" in told(result)
    ahead = result.model.forecast()
    assert len(ahead) == 7 * SERIES
    assert (ahead["lower"] < ahead["upper"]).all()
    assert ahead["prediction"].between(ahead["lower"], ahead["upper"]).all()


def test_what_is_forecast_in_haste_is_the_last_season_with_intervals_that_hold() -> None:
    frame = panel(SERIES, 67)
    known = frame[frame["date"] < frame["date"].min() + pd.Timedelta(days=60)]
    reporter = PhaseReporter(lambda progress: None)
    spec = TableSpec(
        ml_task="time_series", target_variable="sales", time_budget_seconds=1.0, horizon=7
    )
    loaded = LoadedTable(known.reset_index(drop=True), "digest", {})
    result = forecast_table(loaded, spec, reporter, 0.0, lambda: 5.0)
    assert {one.algorithm for one in result.model.series} == {BASELINE}
    joined = result.model.forecast().merge(frame, on=["store", "date"])
    inside = joined["sales"].between(joined["lower"], joined["upper"]).mean()
    assert 0.84 <= inside <= 0.97
    before = known.assign(date=known["date"] + pd.Timedelta(days=7), before=known["sales"])
    repeated = joined.merge(before[["store", "date", "before"]], on=["store", "date"])
    np.testing.assert_array_equal(repeated["prediction"], repeated["before"])


def test_time_that_is_promised_is_not_given_to_others() -> None:
    told = clock(10.0)
    assert told.has_time("theta", 1.0, fits=2, rows=1_000)
    assert not told.has_time("theta", 1.0, fits=2, rows=1_000, reserved=9.0)
