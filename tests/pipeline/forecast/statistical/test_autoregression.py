"""A known autoregression is found again, and a week that is chance is not believed."""

import numpy as np
import pytest
from scipy.signal import lfilter

from pipeline.forecast.statistical.autoregression import burg_weights, fit_autoregression
from pipeline.forecast.statistical.decomposition import Decomposition, decompose
from pipeline.forecast.statistical.nested_seasons import without_chance
from tests.pipeline.forecast.statistical.series import Array, steps

DAY, WEEK = 24, 168


def wandering(rows: int, *weights: float, seed: int = 0) -> Array:
    """What is 0 on average and remembers its last values."""
    noise = np.random.default_rng(seed).normal(0, 1, rows)
    return np.asarray(lfilter([1.0], [1.0, *(-one for one in weights)], noise))


def hourly(rows: int, *, weekends: float) -> Array:
    """A daily curve, and every sixth and seventh day at another level."""
    hours = np.arange(rows)
    curve = 20 * np.sin(2 * np.pi * hours / DAY)
    return np.asarray(100 + curve + weekends * (hours // DAY % 7 >= 5), dtype=np.float64)


def test_the_weights_of_an_autoregression_are_found() -> None:
    assert burg_weights(wandering(20_000, 0.6, 0.3), 6)[:2] == pytest.approx([0.6, 0.3], abs=0.03)


def test_noise_has_next_to_no_weights() -> None:
    assert np.abs(burg_weights(wandering(5_000), 10)).sum() < 0.1


def test_nothing_and_a_constant_have_no_weights() -> None:
    assert len(burg_weights(np.zeros(50), 10)) == 0
    assert len(burg_weights(np.zeros(0), 10)) == 0


def test_a_surprise_fades_as_it_did_before() -> None:
    rest = wandering(60 * DAY, 0.9)
    rest[-1] = 10.0
    values = hourly(60 * DAY, weekends=0.0) + rest

    ahead = fit_autoregression(values, (DAY, WEEK)).predict(steps(48))

    off = ahead - hourly(62 * DAY, weekends=0.0)[-48:]
    assert off[0] == pytest.approx(9.0, abs=2.0)
    assert abs(off[23]) < 2.5
    assert np.abs(off[24:]).mean() < 1.5


def test_a_week_that_is_chance_is_not_believed_and_a_real_one_is() -> None:
    noise = np.random.default_rng(1).normal(0, 5, 5 * WEEK)
    without = decompose(hourly(5 * WEEK, weekends=0.0) + noise, (DAY, WEEK), None)
    with_weekends = decompose(hourly(5 * WEEK, weekends=40.0) + noise, (DAY, WEEK), None)

    def spread(parts: Decomposition) -> float:
        return float(np.std(parts.seasons.patterns[-1].next))

    assert spread(without_chance(without)) < 0.5 * spread(without)
    assert spread(without_chance(with_weekends)) == pytest.approx(40 * np.sqrt(10) / 7, rel=0.1)


def test_parts_still_add_up() -> None:
    values = hourly(6 * WEEK + 5, weekends=15.0) + wandering(6 * WEEK + 5, 0.5)

    parts = without_chance(decompose(values, (DAY, WEEK), None))

    assert sum(parts.components) + parts.rest == pytest.approx(values)
    assert parts.seasons.patterns[-1].next == pytest.approx(parts.components[-1][-WEEK:])


def test_one_season_stays_as_it_is() -> None:
    parts = decompose(hourly(10 * DAY, weekends=0.0), (DAY,), None)

    assert without_chance(parts) is parts
