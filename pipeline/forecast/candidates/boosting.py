"""The gradient boosting candidate: trees that know one product, looked at from many origins."""

from typing import Any

from pipeline.forecast.candidates.candidate import FitContext, FitFailureError
from pipeline.forecast.history.prepared import History
from pipeline.forecast.pooled.examples import examples_of
from pipeline.forecast.pooled.forecaster import TreeForecaster, recent
from pipeline.forecast.pooled.growing import grow
from pipeline.forecast.pooled.learning import covariates_of, horizon_of
from pipeline.forecast.pooled.pace import pace_of
from pipeline.forecast.pooled.series import series_of
from pipeline.forecast.pooled.table import Surround

EXAMPLES = 1_500
ROUNDS = 60
SETTINGS: dict[str, Any] = {
    "objective": "poisson",
    "num_leaves": 12,
    "learning_rate": 0.08,
    "min_data_in_leaf": 20,
    "max_bin": 63,
    "feature_fraction": 0.7,
    "lambda_l2": 1.0,
}
LEAST_LEVELS = 2
"""Rows needed, in units of the longest level that features look at, besides the shortest one."""


def fit_gradient_boosting(history: History, context: FitContext) -> TreeForecaster:
    """Learn to forecast from rows all over the history, as they looked from before them."""
    series = series_of(history)
    covariates = covariates_of([series])
    surround = Surround(holidays=context.holidays, covariates=covariates)
    horizon = horizon_of(history.frequency, context.spec)
    examples = examples_of(series, surround, horizon, EXAMPLES)
    if len(examples) < 2 * SETTINGS["min_data_in_leaf"]:
        raise FitFailureError("too few of its rows can be learned from")
    trees = grow(
        examples.table,
        examples.targets,
        SETTINGS,
        rounds=ROUNDS,
        threads=1,
        seed=context.spec.seed,
        expected=examples.expected,
        weights=examples.weights,
    )
    return TreeForecaster(
        trees=trees,
        series=recent(series),
        holidays=context.holidays,
        groups={},
        covariates=covariates,
    )


def boosting_settings(_history: History, _context: FitContext) -> dict[str, Any]:
    """The arguments of the trees."""
    return {**SETTINGS, "rounds": ROUNDS}


def has_long_history(history: History, _context: FitContext) -> bool:
    """Whether there are enough origins with a full look back, and sales to learn from."""
    short, _, long = pace_of(history.frequency).levels
    is_long = len(history) >= LEAST_LEVELS * long + 4 * short
    return is_long and bool((history.actual > 0).any())
