"""How the time of a series is shared between its fits."""

import time

import numpy as np
import pandas as pd
import pytest

from pipeline.series.calendar import Calendar, Unit
from pipeline.series.clock import Clock
from pipeline.series.fitting import Planned, plan_series
from pipeline.series.methods.method import Past
from pipeline.series.methods.registry import ENGINE, METHODS


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


def test_time_that_is_promised_is_not_given_to_others() -> None:
    told = clock(10.0)
    assert told.has_time("theta", 1.0, fits=2, rows=1_000)
    assert not told.has_time("theta", 1.0, fits=2, rows=1_000, reserved=9.0)
