"""The gradient boosting candidate: trees that know one product, looked at from many origins."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from pipeline.forecast.candidates.candidate import FitContext, FitFailureError
from pipeline.forecast.history.prepared import History
from pipeline.forecast.pooled.examples import Examples, examples_of
from pipeline.forecast.pooled.forecaster import TreeForecaster
from pipeline.forecast.pooled.growing import grow
from pipeline.forecast.pooled.learning import MOST_OBSERVED, covariates_of, horizon_of
from pipeline.forecast.pooled.pace import pace_of
from pipeline.forecast.pooled.series import recent, series_of
from pipeline.forecast.pooled.table import Surround
from pipeline.forecast.pooled.trees import Trees
from pipeline.forecast.pooled.usefulness import useful_to_observe
from pipeline.forecast.selection.windows import Window

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
    examples = _examples(history, context)
    if len(examples) < 2 * SETTINGS["min_data_in_leaf"]:
        raise FitFailureError("too few of its rows can be learned from")
    series = series_of(history)
    return TreeForecaster(
        trees=_grow(examples, context),
        series=recent(series),
        holidays=context.holidays,
        groups={},
        covariates=covariates_of([series]),
        observed=history.observed,
    )


def worth_observing(
    history: History, windows: Sequence[Window], context: FitContext
) -> tuple[str, ...]:
    """The covariates of which only the past is known that make past forecasts better, before the
    holdout.
    """
    past = history.head(windows[-1].origin)
    if not has_long_history(past, context):
        return ()
    names = past.observed[:MOST_OBSERVED]
    grower = partial(_grow, context=context)
    return useful_to_observe(_examples(past, context), names, grower)


def _examples(history: History, context: FitContext) -> Examples:
    series = series_of(history)
    surround = Surround(
        holidays=context.holidays,
        covariates=covariates_of([series]),
        observed=history.observed,
    )
    return examples_of(series, surround, horizon_of(history.frequency, context.spec), EXAMPLES)


def _grow(examples: Examples, context: FitContext) -> Trees:
    return grow(
        examples.table,
        examples.targets,
        SETTINGS,
        rounds=ROUNDS,
        threads=1,
        seed=context.spec.seed,
        expected=examples.expected,
        weights=examples.weights,
    )


def boosting_settings(_history: History, _context: FitContext) -> dict[str, Any]:
    """The arguments of the trees."""
    return {**SETTINGS, "rounds": ROUNDS}


def has_long_history(history: History, _context: FitContext) -> bool:
    """Whether there are enough origins with a full look back, and sales to learn from."""
    short, _, long = pace_of(history.frequency).levels
    is_long = len(history) >= LEAST_LEVELS * long + 4 * short
    return is_long and bool((history.actual > 0).any())
