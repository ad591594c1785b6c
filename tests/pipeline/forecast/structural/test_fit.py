"""What a fit makes of easy, hard and impossible series."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidates.candidate import FitFailureError
from pipeline.forecast.structural.evidence import learned_scales
from pipeline.forecast.structural.fit import Priors, fit_structure, lay_out, stated_priors
from pipeline.forecast.structural.layout import Layout, Mode, log_posterior
from pipeline.forecast.structural.model import Rows
from pipeline.forecast.structural.structure import Regressor, Structure, Way
from tests.pipeline.forecast.structural.cases import Case, daily, seasonalities, with_regressors

WAYS: tuple[Way, ...] = ("additive", "multiplicative")


def layout_of(case: Case) -> Layout:
    rows = Rows.of(case.seen, case.structure)
    return lay_out(rows, case.values, case.structure, case.fit().scales)


@pytest.mark.parametrize("way", WAYS)
def test_no_small_step_from_the_mode_is_more_probable(way: Way) -> None:
    case = daily(500, seed=4, way=way)
    layout, mode = layout_of(case), case.fit().mode
    best = log_posterior(layout, mode)
    generator = np.random.default_rng(0)
    for size in (1e-2, 1e-3):
        for _ in range(100):
            near = Mode(
                k=mode.k + size * generator.normal(),
                m=mode.m + size * generator.normal(),
                delta=mode.delta + size * generator.normal(size=len(mode.delta)),
                beta=mode.beta + size * generator.normal(size=len(mode.beta)),
                sigma_obs=mode.sigma_obs * np.exp(size * generator.normal()),
            )
            assert log_posterior(layout, near) <= best


@pytest.mark.parametrize("factor", [1e-3, 1e6])
@pytest.mark.parametrize("way", WAYS)
def test_scaled_sales_are_forecast_as_scaled(way: Way, factor: float) -> None:
    case = with_regressors(way)
    scaled = replace(case, values=case.values * factor)
    expected = case.fit().predict(case.future) * factor
    assert scaled.fit().predict(case.future) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("value", [0.0, 7.0, 1e-12, 1e12])
@pytest.mark.parametrize("way", WAYS)
def test_what_never_changes_stays(way: Way, value: float) -> None:
    case = replace(daily(100, way=way), values=np.full(100, value))
    assert case.fit().predict(case.future) == pytest.approx(np.full(28, value))


@pytest.mark.parametrize("rows", [2, 3, 5, 14])
@pytest.mark.parametrize("way", WAYS)
def test_tiny_series_are_fitted(way: Way, rows: int) -> None:
    case = daily(730, way=way).head(rows)
    predicted = case.fit().predict(case.future.head(7))
    assert np.isfinite(predicted).all()
    assert (np.abs(predicted) < 10 * case.values.max()).all()


@pytest.mark.parametrize("known", [0, 1])
def test_fewer_than_two_known_values_are_refused(known: int) -> None:
    case = daily(30)
    values = np.full(30, np.nan)
    values[:known] = 1.0
    with pytest.raises(FitFailureError, match="fewer than two values are known"):
        replace(case, values=values).fit()


@pytest.mark.parametrize("way", WAYS)
def test_mostly_nothing_is_sold(way: Way) -> None:
    values = np.zeros(400)
    values[[50, 51, 200, 399]] = 1.0, 30.0, 1.0, 2.0
    case = replace(daily(400, way=way), values=values)
    assert np.isfinite(case.fit().predict(case.future)).all()


@pytest.mark.parametrize("priors", [stated_priors, learned_scales])
@pytest.mark.parametrize("way", WAYS)
def test_series_without_noise_are_fitted(way: Way, priors: Priors) -> None:
    """Rounding is all that is left of them."""
    growing = np.exp(np.arange(100) / 50)
    almost_constant = np.where(np.arange(100) < 99, 3.0, 3.0000001)
    case = daily(100, way=way)
    for values in (growing, almost_constant):
        model = fit_structure(case.times[:100], values, case.structure, priors=priors)
        seen = model.predict(case.seen)
        assert seen == pytest.approx(values, rel=0.1)


def test_columns_that_say_the_same_share_the_effect() -> None:
    case = with_regressors()
    columns = {"promotion": case.columns["promotion"], "flyer": case.columns["promotion"]}
    regressors = tuple(Regressor(name=name) for name in columns)
    structure = replace(case.structure, regressors=regressors)
    beta = replace(case, structure=structure, columns=columns).fit().mode.beta
    assert beta[-1] == pytest.approx(beta[-2], rel=1e-6)


@pytest.mark.parametrize("way", WAYS)
def test_a_column_that_never_changes_moves_nothing(way: Way) -> None:
    """Only the priors tell it from the level."""
    case = with_regressors(way)
    columns = {**case.columns, "fee": np.full(428, 3.0)}
    regressors = tuple(Regressor(name=name, way=way) for name in columns)
    structure = replace(case.structure, regressors=regressors)
    model = replace(case, structure=structure, columns=columns).fit()
    expected = case.fit().predict(case.future)
    future = case.future.assign(fee=3.0)
    assert model.predict(future) == pytest.approx(expected, rel=0.1)


def test_an_unknown_value_of_a_regressor_counts_as_usual() -> None:
    case = with_regressors()
    model = case.fit()
    usual = case.future.assign(price=float(case.columns["price"][:400].mean()))
    unknown = case.future.assign(price=np.nan)
    assert model.predict(unknown) == pytest.approx(model.predict(usual))


def test_an_infinite_value_is_refused() -> None:
    case = with_regressors()
    case.columns["price"][3] = np.inf
    with pytest.raises(np.linalg.LinAlgError), np.errstate(invalid="ignore"):
        case.fit()


def test_rows_that_are_not_regular_are_fitted() -> None:
    times = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-07", "2024-02-01", "2024-02-03"])
    values = np.array([3.0, 4.0, 3.0, 5.0, 4.0])
    structure = Structure(seasonalities=seasonalities("weekly"))
    model = fit_structure(times.to_numpy(), values, structure)
    future = pd.DataFrame({"ds": pd.to_datetime(["2024-02-04", "2024-02-09"])})
    assert np.isfinite(model.predict(future)).all()


def test_a_stored_model_is_small_and_forecasts_the_same() -> None:
    case = with_regressors("multiplicative")
    model = case.fit()
    stored = pickle.dumps(model)
    assert len(stored) < 20_000
    assert np.array_equal(pickle.loads(stored).predict(case.future), model.predict(case.future))


def test_the_longest_history_makes_a_model_below_100_kb() -> None:
    times = pd.date_range("2020-01-01", periods=17_544, freq="h").to_numpy()
    values = np.random.default_rng(0).poisson(5.0, len(times)).astype(float)
    values[::7] = np.nan
    model = fit_structure(times, values, Structure(seasonalities=seasonalities("weekly", "daily")))
    assert len(pickle.dumps(model)) < 100_000
