import numpy as np
import pytest
from scipy.signal import lfilter

from pipeline.forecast.statistical.arima import fit_arima
from pipeline.forecast.statistical.stationarity import differences_needed, kpss
from tests.pipeline.forecast.statistical.series import steps


def drawn(rows: int) -> np.ndarray:
    return np.random.default_rng(3).normal(size=rows)


def test_coefficients_of_an_autoregression_are_recovered() -> None:
    values = lfilter([1.0], [1.0, -1.2, 0.5], drawn(1_500)) + 40

    fitted = fit_arima(values)

    ar, ma = fitted.orders.polynomials(fitted.parameters)
    response = lfilter(ma, ar, np.r_[1.0, np.zeros(5)])
    assert fitted.orders.d == 0
    assert response == pytest.approx(
        lfilter([1.0], [1.0, -1.2, 0.5], np.r_[1.0, np.zeros(5)]), abs=0.1
    )
    assert fitted.predict(steps(100))[-1] == pytest.approx(values.mean(), abs=0.5)


def test_a_forecast_follows_the_equation_of_the_model() -> None:
    values = np.cumsum(lfilter([1.0, 0.5], [1.0, -0.6], drawn(400)))
    fitted = fit_arima(values)

    ahead = fitted.predict(steps(6))

    ar, _ = fitted.orders.polynomials(fitted.parameters)
    whole = np.convolve(ar, fitted.orders.difference)
    q = fitted.orders.q
    together = np.concatenate([values, ahead])
    left = np.convolve(together, whole)[: len(together)]
    assert fitted.orders.d == 1
    scaled_drift = fitted.drift * ar.sum() * fitted.scale.size
    assert left[len(values) + q :] == pytest.approx(np.full(6 - q, scaled_drift), abs=1e-8)


def test_a_wandering_level_is_differenced_once() -> None:
    noise = drawn(500)

    assert differences_needed(noise, 2) == 0
    assert differences_needed(np.cumsum(noise), 2) == 1
    assert kpss(np.cumsum(noise)) > 0.463 > kpss(noise)


def test_last_season_matters_in_a_seasonal_autoregression() -> None:
    ar = np.zeros(8)
    ar[0], ar[7] = 1.0, -0.8
    values = lfilter([1.0], ar, drawn(1_200))

    fitted = fit_arima(values, (7,))

    expected = 0.8 * values[-7:]
    assert np.corrcoef(fitted.predict(steps(7)), expected)[0, 1] > 0.95
