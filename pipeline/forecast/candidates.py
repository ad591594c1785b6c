"""Every way this package can forecast, in the order in which one stands in for another."""

import numpy as np

from pipeline.forecast.boosting import boosting_settings, fit_gradient_boosting, has_long_history
from pipeline.forecast.candidate import Candidate
from pipeline.forecast.naive import (
    fit_croston_tsb,
    fit_drift,
    fit_seasonal_mean,
    fit_seasonal_naive,
)
from pipeline.forecast.poisson import fit_poisson, has_sales, poisson_settings
from pipeline.forecast.shared_model import fit_shared_profile, has_unseen_profile
from pipeline.forecast.spec import BEST
from pipeline.forecast.structural.candidates import STRUCTURAL

BASELINE = "seasonal_naive"

_SKLEARN_FAILURES = (ValueError, np.linalg.LinAlgError)

_REGRESSIONS: dict[str, Candidate] = {
    "gradient_boosting": Candidate(
        fit=fit_gradient_boosting,
        minimum_rows=60,
        is_simple=False,
        is_applicable=has_long_history,
        settings=boosting_settings,
        failures=_SKLEARN_FAILURES,
        cost=300.0,
        budgets=frozenset({BEST}),
    ),
    "poisson": Candidate(
        fit=fit_poisson,
        minimum_rows=14,
        is_simple=False,
        is_applicable=has_sales,
        settings=poisson_settings,
        failures=_SKLEARN_FAILURES,
        cost=15.0,
    ),
}

_SIMPLE: dict[str, Candidate] = {
    "shared_profile": Candidate(
        fit=fit_shared_profile,
        minimum_rows=7,
        is_simple=True,
        is_applicable=has_unseen_profile,
        cost=1.0,
    ),
    "seasonal_mean": Candidate(fit=fit_seasonal_mean, minimum_rows=1, is_simple=True, cost=1.0),
    "croston_tsb": Candidate(fit=fit_croston_tsb, minimum_rows=1, is_simple=True, cost=1.0),
    "drift": Candidate(fit=fit_drift, minimum_rows=4, is_simple=True, cost=1.0),
    "seasonal_naive": Candidate(fit=fit_seasonal_naive, minimum_rows=1, is_simple=True, cost=1.0),
}

CANDIDATES: dict[str, Candidate] = {
    **STRUCTURAL,
    **_REGRESSIONS,
    **_SIMPLE,
}
