"""One suite over all methods that forecast arrays."""

import pickle
from collections.abc import Callable

import numpy as np
import pytest

from pipeline.forecast.statistical.arima import fit_arima
from pipeline.forecast.statistical.autoregression import fit_autoregression
from pipeline.forecast.statistical.ces import fit_ces
from pipeline.forecast.statistical.ets import fit_ets
from pipeline.forecast.statistical.intermittent import fit_adida, fit_croston_tsb
from pipeline.forecast.statistical.long_seasons import Fitted, fit_with_long_seasons
from pipeline.forecast.statistical.mstl import fit_mstl
from pipeline.forecast.statistical.theta import fit_theta
from tests.pipeline.forecast.statistical.series import WEEK, Array, steps, weekly

Fit = Callable[[Array, tuple[int, ...]], Fitted]

SEASONAL: dict[str, Fit] = {
    "ets": fit_ets,
    "theta": fit_theta,
    "ces": fit_ces,
    "arima": fit_arima,
    "mstl": fit_mstl,
    "autoregression": fit_autoregression,
    "ets_of_long_seasons": lambda values, seasons: fit_with_long_seasons(
        fit_ets, values, (*seasons, 28), 365.25
    ),
}
ALL: dict[str, Fit] = SEASONAL | {
    "croston_tsb": lambda values, _seasons: fit_croston_tsb(values),
    "adida": lambda values, _seasons: fit_adida(values),
}

RANDOM = np.random.default_rng(7)
ODD: dict[str, Array] = {
    "two values": np.array([1.0, 2.0]),
    "three values": np.array([5.0, 0.0, 5.0]),
    "nine values": np.arange(9.0),
    "constant": np.full(50, 3.0),
    "nothing": np.zeros(60),
    "one spike": np.r_[np.zeros(40), 1e6, np.zeros(40)],
    "tiny": 1e-12 * RANDOM.uniform(1, 2, 100),
    "huge": 1e15 * RANDOM.uniform(1, 2, 100),
    "below zero": RANDOM.normal(-5, 3, 100),
    "a line": np.arange(1.0, 101.0),
    "growth": np.exp(np.arange(80) / 4.0),
    "a step": np.r_[np.full(50, 1.0), np.full(50, 100.0)],
    "constant but one": np.r_[np.full(60, 2.0), 2.0 + 1e-9],
    "exact weeks": 10 + np.tile(WEEK, 12),
    "40,000 values": RANDOM.poisson(3.0, 40_000).astype(float),
}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("kind", ODD)
def test_any_values_have_a_finite_forecast_within_reach(name: str, kind: str) -> None:
    values = ODD[kind]

    ahead = ALL[name](values, (7,)).predict(steps(60))

    assert ahead.shape == (60,)
    assert np.isfinite(ahead).all()
    width = np.ptp(values) or abs(values[0])
    reach = np.inf if kind == "growth" else 60 * width
    assert np.abs(ahead - values.mean()).max() <= reach


@pytest.mark.parametrize("name", SEASONAL)
def test_a_week_without_noise_goes_on(name: str) -> None:
    values = weekly(20 * 7, noise=0.01)

    ahead = SEASONAL[name](values, (7,)).predict(steps(14))

    assert ahead == pytest.approx(50 + np.tile(WEEK, 2), abs=0.2)


@pytest.mark.parametrize("name", SEASONAL)
@pytest.mark.parametrize("factor", [1e-6, 1024.0])
def test_values_in_another_unit_have_the_same_forecast_in_it(name: str, factor: float) -> None:
    values = weekly(400, noise=3.0)

    ahead = SEASONAL[name](values, (7,)).predict(steps(28))
    other = SEASONAL[name](values * factor, (7,)).predict(steps(28))

    assert other == pytest.approx(ahead * factor, rel=1e-5)


@pytest.mark.parametrize("name", SEASONAL)
def test_a_shift_shifts_the_forecast_where_values_have_both_signs(name: str) -> None:
    values = weekly(400, noise=3.0) - 50

    ahead = SEASONAL[name](values, (7,)).predict(steps(28))
    moved = SEASONAL[name](values - 30.0, (7,)).predict(steps(28))

    assert moved == pytest.approx(ahead - 30.0, abs=1e-4)


@pytest.mark.parametrize("name", ALL)
def test_a_fit_is_small_pickles_and_each_step_stands_alone(name: str) -> None:
    fitted = ALL[name](weekly(1_000), (7,))
    stored = pickle.dumps(fitted)

    assert len(stored) < 20_000
    assert np.array_equal(pickle.loads(stored).predict(steps(28)), fitted.predict(steps(28)))
    assert fitted.predict(np.array([28, 3])) == pytest.approx(
        fitted.predict(steps(28))[[27, 2]], rel=1e-12
    )
