"""The candidates that know other products."""

from typing import Any

from pipeline.forecast.candidates.candidate import Candidate, FitContext, FitFailureError
from pipeline.forecast.candidates.shared_model import fit_shared_profile, has_unseen_profile
from pipeline.forecast.history.prepared import History
from pipeline.forecast.pooled.forecaster import TreeForecaster
from pipeline.forecast.pooled.learning import ROUNDS, SETTINGS
from pipeline.forecast.pooled.model import FrequencyModel, PooledModel
from pipeline.forecast.pooled.series import recent, series_of, stamps_of


def fit_pooled(history: History, context: FitContext) -> TreeForecaster:
    """Look at a product with the newest trees that have learned nothing after its history."""
    series = recent(series_of(history, context.category))
    origin = series.stamps[-1]
    model = _model(history, context)
    grown = None if model is None else model.at(origin)
    if model is None or grown is None:
        raise FitFailureError("the job has no model of all products that is old enough")
    return TreeForecaster(
        trees=grown.trees,
        series=series,
        holidays=context.holidays,
        groups=model.groups(context.category),
        covariates=model.covariates,
        observed=model.observed,
        retrospect=context.retrospect,
    )


def has_unseen_trees(history: History, context: FitContext) -> bool:
    """Whether there are trees for such rows that have learned nothing after this history."""
    model = _model(history, context)
    return model is not None and model.at(stamps_of(history.ds[-1:])[0]) is not None


def observed_by_trees(history: History, context: FitContext) -> tuple[str, ...] | None:
    """The covariates of which the trees know only the past; None without trees for a history."""
    model = _model(history, context)
    if model is None or not has_unseen_trees(history, context):
        return None
    return model.observed


def pooled_settings(_history: History, _context: FitContext) -> dict[str, Any]:
    """The arguments of the trees."""
    return {**SETTINGS, "rounds": ROUNDS}


def _model(history: History, context: FitContext) -> FrequencyModel | None:
    pooled: PooledModel | None = None if context.shared is None else context.shared.pooled
    return None if pooled is None else pooled.models.get(history.frequency)


POOLED: dict[str, Candidate] = {
    "pooled": Candidate(
        fit=fit_pooled,
        minimum_rows=7,
        is_simple=False,
        is_applicable=has_unseen_trees,
        settings=pooled_settings,
        cost=5.0,
        family="trees",
    ),
    "shared_profile": Candidate(
        fit=fit_shared_profile,
        minimum_rows=7,
        is_simple=False,
        is_applicable=has_unseen_profile,
        cost=1.0,
    ),
}
