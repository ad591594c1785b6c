"""Our posterior mode beside Stan's in the genuine Prophet, and the lasso beside a slow one."""

import logging
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from prophet import Prophet

from pipeline.forecast.posterior_mode import (
    AdditiveModel,
    Mode,
    lasso,
    log_posterior,
    posterior_mode,
)
from tests.pipeline.forecast.series import daily_sales

Vector = NDArray[np.float64]


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:prophet")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def bending(days: int, seed: int) -> pd.DataFrame:
    """Sales whose trend changes twice, with noise of another size per seed."""
    generator = np.random.default_rng(seed)
    day = np.arange(days)
    trend = (
        50 + 0.1 * day - 0.25 * np.maximum(day - days / 3, 0) + 0.3 * np.maximum(day - days / 2, 0)
    )
    season = 8 * np.sin(2 * np.pi * day / 7) + 5 * np.cos(2 * np.pi * day / 365.25)
    noise = generator.normal(0, 1 + 4 * generator.random(), days)
    ds = pd.date_range("2024-01-01", periods=days)
    return pd.DataFrame({"ds": ds, "y": np.maximum(trend + season + noise, 0)})


def wavy(days: int, seed: int) -> pd.DataFrame:
    history = daily_sales(days, seed=seed)
    return history.rename(columns={"quantity": "y"})[["ds", "y"]]


def prophet(days: int, scale: float = 0.05) -> Prophet:
    """As it is used here: the year only where a year has been seen."""
    model = Prophet(
        yearly_seasonality=10 if days >= 365 else False,
        changepoint_prior_scale=scale,
        uncertainty_samples=0,
    )
    model.add_country_holidays("ES")
    return model


def laid_out(model: Prophet, history: pd.DataFrame) -> tuple[AdditiveModel, Vector]:
    inputs = model.preprocess(history)
    design = AdditiveModel(
        t=np.asarray(inputs.t, float),
        changepoints=np.asarray(inputs.t_change, float),
        regressors=np.asarray(inputs.X, float),
        prior_scales=np.asarray(inputs.sigmas, float),
        changepoint_scale=float(inputs.tau),
    )
    return design, np.asarray(inputs.y, float)


@pytest.mark.parametrize("make", [bending, wavy])
@pytest.mark.parametrize(("days", "seed", "scale"), [(730, 1, 0.05), (400, 2, 0.5), (90, 3, 0.05)])
def test_no_less_probable_than_stans_and_forecasts_alike(
    make: type, days: int, seed: int, scale: float
) -> None:
    history = make(days, seed)
    stans = prophet(days, scale).fit(history, seed=0, iter=10_000)
    design, y = laid_out(prophet(days, scale), history)
    ours = posterior_mode(design, y)
    found = {name: np.asarray(values).ravel() for name, values in stans.params.items()}
    theirs = Mode(
        k=found["k"][0],
        m=found["m"][0],
        delta=found["delta"],
        beta=found["beta"],
        sigma_obs=found["sigma_obs"][0],
    )
    assert log_posterior(design, y, ours) >= log_posterior(design, y, theirs) - 1e-6
    future = stans.make_future_dataframe(28, include_history=False)
    expected = stans.predict(future)["yhat"].to_numpy()
    stans.params = {
        "k": np.array([[ours.k]]),
        "m": np.array([[ours.m]]),
        "delta": ours.delta[None, :],
        "beta": ours.beta[None, :],
        "sigma_obs": np.array([[ours.sigma_obs]]),
    }
    predicted = stans.predict(future)["yhat"].to_numpy()
    assert np.abs(predicted - expected).mean() <= 0.02 * history["y"].mean()


def test_the_mode_is_a_mode() -> None:
    """No small step in any direction is more probable."""
    design, y = laid_out(prophet(500), bending(500, 4))
    mode = posterior_mode(design, y)
    best = log_posterior(design, y, mode)
    generator = np.random.default_rng(0)
    for size in (1e-2, 1e-4):
        for _ in range(200):
            near = Mode(
                k=mode.k + size * generator.normal(),
                m=mode.m + size * generator.normal(),
                delta=mode.delta + size * generator.normal(size=len(mode.delta)),
                beta=mode.beta + size * generator.normal(size=len(mode.beta)),
                sigma_obs=mode.sigma_obs * np.exp(size * generator.normal()),
            )
            assert log_posterior(design, y, near) <= best


def slow_lasso(curvature: Vector, slope: Vector, weight: float) -> Vector:
    """Coordinate descent until nothing moves."""
    x = np.zeros_like(slope)
    for _ in range(20_000):
        before = x.copy()
        for i in range(len(x)):
            rest = slope[i] - curvature[i] @ x + curvature[i, i] * x[i]
            x[i] = np.sign(rest) * max(abs(rest) - weight, 0) / curvature[i, i]
        if np.abs(x - before).max() < 1e-13:
            break
    return x


@given(seed=st.integers(0, 10_000), size=st.integers(1, 12), weight=st.floats(0.01, 5))
def test_lasso_is_exact_from_any_start(seed: int, size: int, weight: float) -> None:
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(size + 5, size))
    curvature, slope = rows.T @ rows, 3 * generator.normal(size=size)
    expected = slow_lasso(curvature, slope, weight)
    for start in (np.zeros(size), generator.normal(size=size)):
        assert lasso(curvature, slope, weight, start) == pytest.approx(expected, abs=1e-7)


def test_all_zero_where_the_weight_is_larger_than_any_slope() -> None:
    assert not lasso(np.eye(3), np.array([0.5, -0.9, 0.1]), 1.0, np.ones(3)).any()
