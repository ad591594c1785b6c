import numpy as np
import pytest

from pipeline.forecast.statistical.innovations import fit_innovations
from pipeline.forecast.statistical.smoothing import Smoothing
from tests.pipeline.forecast.statistical.series import Array, steps, weekly


def written_out(
    values: Array, alpha: float, beta: float, gamma: float, phi: float, state: Array
) -> tuple[Array, Array]:
    """Errors and 14 forecasts of the recursion as the book states it; the state is the level, the
    trend and the seasonal values, the oldest first."""
    level, trend, *seasonal = state.tolist()
    errors = []
    for value in values:
        error = value - (level + phi * trend + seasonal[0])
        level += phi * trend + alpha * error
        trend = phi * trend + beta * error
        seasonal = [*seasonal[1:], seasonal[0] + gamma * error]
        errors.append(error)
    ahead = []
    for step in range(14):
        level += phi * trend
        trend *= phi
        ahead.append(level + seasonal[step % 7])
    return np.array(errors), np.array(ahead)


@pytest.mark.parametrize("damping", [0.9, 1.0])
def test_the_filter_is_the_recursion_with_the_best_beginning(damping: float) -> None:
    values = weekly(120) - 50
    smoothing = Smoothing(season=7, has_trend=True, is_damped=damping < 1)
    start = np.array([0.3, 0.2, *[damping] * smoothing.is_damped, 0.1])

    class Fixed:
        lower = upper = start
        polynomials = staticmethod(smoothing.polynomials)

    fitted = fit_innovations(values, Fixed(), start[None])

    parameters = (0.3, 0.06, 0.07, damping)
    from_nothing, _ = written_out(values, *parameters, np.zeros(9))
    responses = np.column_stack(
        [from_nothing - written_out(values, *parameters, one)[0] for one in np.eye(9)]
    )
    state = np.linalg.lstsq(responses, from_nothing)[0]
    errors, ahead = written_out(values, *parameters, state)
    assert fitted.errors == pytest.approx(errors, abs=1e-8)
    assert fitted.recursion.forecast(steps(14)) == pytest.approx(ahead, abs=1e-8)


def test_the_weight_of_the_level_is_recovered() -> None:
    errors = np.random.default_rng(0).normal(size=2_000)
    values = errors + np.concatenate([[0.0], np.cumsum(0.4 * errors)[:-1]])
    smoothing = Smoothing()

    fitted = fit_innovations(values, smoothing, smoothing.starts[:1])

    assert fitted.parameters[0] == pytest.approx(0.4, abs=0.05)
    assert np.std(fitted.errors) == pytest.approx(1.0, abs=0.05)


def test_no_neighbour_of_the_fit_has_a_smaller_error() -> None:
    values = weekly(300, noise=3.0) - 50
    smoothing = Smoothing(season=7, has_trend=True, is_damped=True)
    fitted = fit_innovations(values, smoothing, smoothing.starts[1:])

    for place in range(4):
        for move in (-0.02, 0.02):
            beside = fitted.parameters.copy()
            beside[place] = np.clip(
                beside[place] + move, smoothing.lower[place], smoothing.upper[place]
            )

            class Fixed:
                lower = upper = beside
                polynomials = staticmethod(smoothing.polynomials)

            other = fit_innovations(values, Fixed(), beside[None])
            assert other.squares >= fitted.squares * (1 - 2e-4)
