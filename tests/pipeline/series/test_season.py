"""A season is found where values repeat, and only there."""

import numpy as np
import pandas as pd
import pytest

from pipeline.series.calendar import Calendar, Unit
from pipeline.series.season import find_season

HOURS = Calendar(unit=Unit.SECOND, step=3_600, origin=pd.Timestamp("2024-01-01"))
DAYS = Calendar(unit=Unit.DAY, step=1, origin=pd.Timestamp("2024-01-01"))


@pytest.mark.parametrize(
    ("calendar", "season", "rows"), [(HOURS, 24, 480), (HOURS, 168, 1_680), (DAYS, 7, 60)]
)
def test_a_repeating_pattern_is_found(calendar: Calendar, season: int, rows: int) -> None:
    rng = np.random.default_rng(0)
    pattern = rng.normal(0, 5, season)
    values = np.resize(pattern, rows) + 0.05 * np.arange(rows) + rng.normal(0, 1, rows)
    assert find_season(values, calendar) == season


def test_missing_values_hide_no_season() -> None:
    values = np.resize([1.0, 2.0, 3.0, 4.0, 5.0, 9.0, 9.0], 140)
    values[np.random.default_rng(0).random(140) < 0.2] = np.nan
    assert find_season(values, DAYS) == 7


@pytest.mark.parametrize("seed", range(5))
def test_noise_and_wandering_levels_have_none(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 1, 300)
    assert find_season(noise, DAYS) == 1
    assert find_season(np.cumsum(noise), DAYS) == 1
    assert find_season(np.full(100, 3.0), DAYS) == 1
