"""The Poisson regression, held against scikit-learn's."""

import numpy as np
import pytest
from sklearn.linear_model import PoissonRegressor

from pipeline.forecast.candidates.log_linear import fit_log_linear

TABLE = np.random.default_rng(0).normal(size=(300, 6))
VALUES = np.random.default_rng(1).poisson(np.exp(1 + 0.5 * TABLE[:, 0])).astype(float)
WEIGHTS = 0.99 ** np.arange(300.0)


def test_the_coefficients_are_those_of_the_highest_likelihood() -> None:
    theirs = PoissonRegressor(alpha=0.02, max_iter=1000, tol=1e-9)
    theirs.fit(TABLE, VALUES, sample_weight=WEIGHTS)

    ours = fit_log_linear(TABLE, VALUES, WEIGHTS, 0.02)

    assert ours.coefficients == pytest.approx(theirs.coef_, abs=1e-4)
    assert ours.intercept == pytest.approx(theirs.intercept_, abs=1e-4)
    assert ours.predict(TABLE) == pytest.approx(theirs.predict(TABLE), rel=1e-3)


def test_a_column_twice_is_no_obstacle() -> None:
    twice = np.hstack([TABLE, TABLE])

    fitted = fit_log_linear(twice, VALUES, WEIGHTS, 0.02)

    assert fitted.coefficients[:6] == pytest.approx(fitted.coefficients[6:], abs=1e-6)


def test_numbers_that_are_not_finite_are_refused() -> None:
    with pytest.raises(np.linalg.LinAlgError, match="not finite"):
        fit_log_linear(np.full((3, 1), np.nan), np.ones(3), np.ones(3), 0.02)


def test_indicators_that_are_told_change_nothing() -> None:
    places = np.random.default_rng(2).integers(0, 9, 300)
    table = np.hstack([places[:, None] == np.arange(8), TABLE])

    told = fit_log_linear(table, VALUES, WEIGHTS, 0.02, indicators=8)

    untold = fit_log_linear(table, VALUES, WEIGHTS, 0.02)
    assert told.coefficients == pytest.approx(untold.coefficients, abs=1e-10)
    assert told.intercept == pytest.approx(untold.intercept, abs=1e-10)
