from collections.abc import Callable

import numpy as np
import pytest

from pipeline.forecast.statistical.ets import fit_ets
from pipeline.forecast.statistical.innovations import fit_innovations
from pipeline.forecast.statistical.smoothing import Smoothing
from tests.pipeline.forecast.statistical.series import Array, steps, weekly

RHO = 0.8


def echoing(rows: int, seed: int) -> Array:
    """Surprises around a level that stays, of which most is left a row later."""
    values, left = np.empty(rows), 0.0
    for place, surprise in enumerate(np.random.default_rng(seed).normal(size=rows)):
        left = RHO * left + surprise
        values[place] = 50 + left
    return values


@pytest.mark.parametrize("seed", range(3))
def test_what_fades_is_not_taken_for_a_new_level(seed: int) -> None:
    values = np.r_[echoing(600, seed), 60.0]

    fitted = fit_ets(values)
    ahead = fitted.predict(steps(40))

    assert fitted.smoothing.has_echo
    assert ahead[0] == pytest.approx(50 + 10 * RHO, abs=1.5)
    assert abs(ahead[-1] - 50) < 3


def test_a_level_that_moves_for_good_has_no_echo() -> None:
    levels = 50 + np.cumsum(np.random.default_rng(0).normal(size=400))

    fitted = fit_ets(levels)

    assert not fitted.smoothing.has_echo
    assert fitted.predict(steps(20)) == pytest.approx(np.full(20, levels[-1]), abs=0.5)


def step_by_step(
    values: Array, alpha: float, gamma: float, kappa: float, rho: float
) -> Callable[[Array], Array]:
    """The errors from a state: the level, the echo and the seasonal values, the oldest first."""

    def errors(state: Array) -> Array:
        level, echo, *seasonal = state.tolist()
        found = []
        for value in values:
            error = value - (level + echo + seasonal[0])
            level += alpha * error
            echo = rho * echo + kappa * error
            seasonal = [*seasonal[1:], seasonal[0] + gamma * error]
            found.append(error)
        return np.array(found)

    return errors


def test_the_echo_is_the_recursion_written_out() -> None:
    values = weekly(200, noise=3.0)
    smoothing = Smoothing(season=7, has_echo=True)
    alpha, gamma, share, rho = parameters = np.array([0.2, 0.1, 0.5, 0.7])

    class Fixed:
        lower = upper = parameters
        polynomials = staticmethod(smoothing.polynomials)

    fitted = fit_innovations(values, Fixed(), parameters[None])

    told = step_by_step(values, alpha, (1 - alpha) * gamma, (1 - alpha) * share, rho)
    from_nothing = told(np.zeros(9))
    responses = np.column_stack([from_nothing - told(one) for one in np.eye(9)])
    state = np.linalg.lstsq(responses, from_nothing, rcond=1e-9)[0]
    assert fitted.errors == pytest.approx(told(state), abs=1e-8)


def test_a_simpler_smoothing_lends_its_parameters() -> None:
    simpler = Smoothing(season=7)
    damped = Smoothing(season=7, has_trend=True, is_damped=True)

    (start,) = damped.starts_after(simpler, np.array([0.4, 0.2]))

    assert dict(zip(damped.names, start.tolist(), strict=True)) == {
        "alpha": 0.4, "beta": 0.05, "phi": 0.95, "gamma": 0.2,
    }  # fmt: skip
