"""A young product with the rhythm of its category."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.candidates.shared_model import SharedRhythm, fit_shared_profile
from pipeline.forecast.shared import Factors, SharedProfile
from pipeline.forecast.spec import ForecastSpec
from tests.pipeline.forecast.series import context_of, history_of

MONDAYS = np.array([1.9, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85])
SUNDAYS = MONDAYS[::-1]


def category(weekdays: np.ndarray = MONDAYS) -> FitContext:
    return context_of(shared=SharedProfile(shop=Factors(weekdays, np.ones(12))))


def fitted(expected: np.ndarray, *, seed: int = 0) -> SharedRhythm:
    ds = pd.date_range("2024-01-01", periods=len(expected))
    quantity = np.random.default_rng(seed).poisson(expected).astype(float)
    frame = pd.DataFrame({"ds": ds, "quantity": quantity})
    history = history_of(frame, ForecastSpec(min_training_days=14))
    return fit_shared_profile(history, category())


@pytest.mark.parametrize(("weeks", "busiest"), [(2, 0), (60, 6)])
def test_weekdays_move_from_those_of_the_category_to_its_own(weeks: int, busiest: int) -> None:
    weekdays = fitted(100 * np.tile(SUNDAYS, weeks)).factors.weekdays

    assert weekdays.argmax() == busiest
    assert weekdays.mean() == pytest.approx(1, abs=0.05)


def test_after_a_launch_the_level_is_that_of_the_newest_days() -> None:
    launch = 100 + 300 * np.exp(-np.arange(42) / 10)

    level = fitted(launch * np.tile(MONDAYS, 6)).level

    assert level == pytest.approx(launch[-1], rel=0.1)


def test_the_level_of_steady_sales_is_their_mean() -> None:
    levels = [fitted(10 * np.tile(MONDAYS, 12), seed=seed).level for seed in range(20)]

    assert np.std(levels) < 0.7  # that of the newest week alone would vary by 1.2
    assert np.mean(levels) == pytest.approx(10, rel=0.05)


def test_a_product_that_sold_nothing_is_forecast_at_nothing() -> None:
    assert fitted(np.zeros(28)).level == 0
