"""Every way this package can forecast, in the order in which one stands in for another."""

import numpy as np

from pipeline.forecast.candidates.boosting import (
    boosting_settings,
    fit_gradient_boosting,
    has_long_history,
)
from pipeline.forecast.candidates.candidate import ONLY_BEST, Candidate
from pipeline.forecast.candidates.naive import (
    fit_drift,
    fit_seasonal_mean,
    fit_seasonal_median,
    fit_seasonal_naive,
    sells_in_lumps,
)
from pipeline.forecast.candidates.poisson import fit_poisson, has_sales, poisson_settings
from pipeline.forecast.pooled.candidates import POOLED
from pipeline.forecast.statistical.candidates import STATISTICAL
from pipeline.forecast.structural.candidates import STRUCTURAL

BASELINE = "seasonal_naive"
OWN_TREES = "gradient_boosting"

_REGRESSIONS: dict[str, Candidate] = {
    OWN_TREES: Candidate(
        fit=fit_gradient_boosting,
        minimum_rows=60,
        is_simple=False,
        is_applicable=has_long_history,
        settings=boosting_settings,
        failures=(ValueError, np.linalg.LinAlgError),
        budgets=ONLY_BEST,
        cost=300.0,
        family="trees",
    ),
    "poisson": Candidate(
        fit=fit_poisson,
        minimum_rows=14,
        is_simple=False,
        is_applicable=has_sales,
        settings=poisson_settings,
        failures=(np.linalg.LinAlgError,),
        cost=4.0,
    ),
}

_USUAL: dict[str, Candidate] = {
    "seasonal_median": Candidate(
        fit=fit_seasonal_median,
        minimum_rows=14,
        is_simple=False,
        is_applicable=sells_in_lumps,
        cost=0.5,
    )
}

_SIMPLE: dict[str, Candidate] = {
    "seasonal_mean": Candidate(fit=fit_seasonal_mean, minimum_rows=1, is_simple=True, cost=0.5),
    "drift": Candidate(fit=fit_drift, minimum_rows=4, is_simple=True, cost=0.2),
    "seasonal_naive": Candidate(fit=fit_seasonal_naive, minimum_rows=1, is_simple=True, cost=0.2),
}

CANDIDATES: dict[str, Candidate] = {
    **STRUCTURAL,
    **POOLED,
    **_REGRESSIONS,
    **STATISTICAL,
    **_USUAL,
    **_SIMPLE,
}
