"""Every method by name: the quick ones first, then what is chosen where it knows the calendar."""

import numpy as np

from pipeline.series.methods.harmonics import fit_harmonics
from pipeline.series.methods.method import Method
from pipeline.series.methods.sales_engine import engine_method
from pipeline.series.methods.simple import fit_drift, fit_seasonal_mean, fit_seasonal_naive
from pipeline.series.methods.statistical import (
    fit_fading_surprises,
    fit_level_and_line,
    fit_rare_events,
    fit_seasons_and_trend,
    fit_smoothing,
    has_rare_events,
    has_seasons,
    is_finer_than_a_day,
)
from pipeline.series.methods.whole_engine import fit_engine, is_known_to_the_engine

BASELINE = "seasonal_naive"
ENGINE = "forecast_engine"

METHODS: dict[str, Method] = {
    BASELINE: Method(title="the last season repeated", fit=fit_seasonal_naive),
    "seasonal_mean": Method(title="the average of the season", fit=fit_seasonal_mean),
    "drift": Method(title="the straight trend", fit=fit_drift, minimum_rows=4),
    ENGINE: Method(
        title="the forecasting engine",
        fit=fit_engine,
        minimum_rows=8,
        most_rows=10_000,
        seconds=0.15,
        is_applicable=is_known_to_the_engine,
    ),
    "croston_tsb": Method(
        title="the model for rare events",
        fit=fit_rare_events,
        minimum_rows=8,
        seconds=0.002,
        is_applicable=has_rare_events,
    ),
    "theta": Method(
        title="Theta",
        fit=fit_level_and_line,
        minimum_rows=5,
        most_rows=3_000,
        seconds=0.008,
        failures=(np.linalg.LinAlgError,),
    ),
    "mstl": Method(
        title="the sum of trend and seasons",
        fit=fit_seasons_and_trend,
        minimum_rows=14,
        most_rows=6_000,
        seconds=0.012,
        is_applicable=has_seasons,
        failures=(np.linalg.LinAlgError,),
    ),
    "autoregression": Method(
        title="the fading of surprises",
        fit=fit_fading_surprises,
        minimum_rows=14,
        most_rows=20_000,
        seconds=0.006,
        is_applicable=is_finer_than_a_day,
        failures=(np.linalg.LinAlgError,),
    ),
    "holt_winters": Method(
        title="exponential smoothing",
        fit=fit_smoothing,
        minimum_rows=8,
        most_rows=2_000,
        seconds=0.02,
        failures=(np.linalg.LinAlgError,),
    ),
    "harmonic_regression": Method(
        title="regression on the seasons",
        fit=fit_harmonics,
        minimum_rows=12,
        most_rows=20_000,
        seconds=0.02,
    ),
    "poisson": engine_method("poisson", "the counting model", 0.02, 20_000),
    "gradient_boosting": engine_method("gradient_boosting", "the boosted trees", 0.15, 10_000),
    "prophet": engine_method("prophet", "Prophet", 0.01, 17_000),
    "prophet_covariates": engine_method(
        "prophet_covariates", "Prophet with known facts", 0.01, 17_000
    ),
    "prophet_multiplicative": engine_method(
        "prophet_multiplicative", "Prophet whose seasons grow with the values", 0.02, 17_000
    ),
    "prophet_tuned": engine_method(
        "prophet_tuned", "Prophet whose flexibility is learned", 0.02, 17_000
    ),
}
