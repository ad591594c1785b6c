"""Intervals of series, signed and not, whole and not."""

import numpy as np
import pytest

from pipeline.series.intervals import INTERVAL_LEVEL, learn_intervals

STEPS = np.arange(1, 13)


def pairs_around(level: float, noise: float) -> list[tuple[np.ndarray, np.ndarray]]:
    random = np.random.default_rng(0)
    return [(np.full(12, level), level + random.normal(0, noise, 12)) for _ in range(30)]


@pytest.mark.parametrize("level", [0.0, 50.0, -1000.0])
def test_signed_values_have_the_same_interval_at_every_level(level: float) -> None:
    pairs = pairs_around(level, 3.0)
    past = np.concatenate([actual for _, actual in pairs])

    lower, upper = learn_intervals(pairs, past, signed=True, season=1).around(
        np.full(12, level), STEPS
    )

    assert np.mean((past >= lower[0]) & (past <= upper[-1])) == pytest.approx(
        INTERVAL_LEVEL, abs=0.04
    )
    assert upper[0] - lower[0] == pytest.approx(2 * 1.645 * 3, rel=0.15)


def test_counts_have_whole_bounds_and_shares_do_not() -> None:
    random = np.random.default_rng(1)
    counts = [(np.full(12, 3.0), random.poisson(3, 12).astype(float)) for _ in range(8)]
    shares = [(made / 10, actual / 10) for made, actual in counts]

    for pairs, whole in ((counts, True), (shares, False)):
        past = np.concatenate([actual for _, actual in pairs])
        made = learn_intervals(pairs, past, signed=False, season=1)
        lower, upper = made.around(np.full(12, pairs[0][0][0]), STEPS)
        bounds = np.concatenate([lower, upper])
        assert (bounds == np.round(bounds)).all() == whole
        assert (lower >= 0).all()


def test_without_forecasts_the_past_tells_how_values_differ() -> None:
    past = np.tile([10.0, 20.0, 30.0, 40.5], 20) + np.random.default_rng(0).normal(0, 1, 80)

    lower, upper = learn_intervals([], past, signed=False, season=4).around(
        np.full(12, 25.0), STEPS
    )

    assert 2 < upper[0] - lower[0] < 12
