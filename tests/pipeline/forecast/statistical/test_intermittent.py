import numpy as np
import pytest

from pipeline.forecast.statistical.intermittent import fit_adida, fit_croston_tsb, is_rare
from tests.pipeline.forecast.statistical.series import steps


def test_the_rate_of_rare_demand_is_its_mean() -> None:
    values = np.random.default_rng(0).poisson(0.25, 2_000).astype(float)

    for fit in (fit_croston_tsb, fit_adida):
        ahead = fit(values).predict(steps(3))
        assert ahead == pytest.approx(np.full(3, 0.25), rel=0.35)


def test_demand_that_ends_fades() -> None:
    values = np.r_[np.tile([0.0, 4.0], 100), np.zeros(100)]

    assert fit_croston_tsb(values).rate < 0.4
    assert fit_adida(values).rate < 0.4


def test_sums_over_the_usual_interval_are_spread_evenly() -> None:
    assert fit_adida(np.tile([0.0, 0.0, 6.0], 40)).rate == pytest.approx(2.0)


def test_rare_is_three_zeros_in_ten() -> None:
    assert is_rare(np.array([0.0, 0, 0, 1, 1, 1, 1, 1, 1, 1]))
    assert not is_rare(np.array([0.0, 0, 1, 1, 1, 1, 1, 1, 1, 1]))
    assert not is_rare(np.array([0.0, 0, 0, -1]))
