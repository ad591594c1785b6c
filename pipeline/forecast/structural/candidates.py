"""The structural models as candidates: Prophet with its documented settings, and its variants."""

import logging

import numpy as np

from pipeline.forecast.candidates.candidate import ONLY_BEST, Candidate, FitContext
from pipeline.forecast.history.prepared import History
from pipeline.forecast.structural.evidence import learned_before, learned_scales
from pipeline.forecast.structural.fit import Priors, fit_structure, stated_priors
from pipeline.forecast.structural.model import StructuralModel
from pipeline.forecast.structural.package import library_logs
from pipeline.forecast.structural.settings import (
    multiplicative_settings,
    prophet_settings,
    structure_for,
    tuned_settings,
)
from pipeline.forecast.structural.stan import fit_with_stan
from pipeline.forecast.structural.structure import Structure

logger = logging.getLogger("prophet")

# Two years of hours: more of them cost more and say little about the weeks to come.
MAX_ROWS = 17_544

# Stan reports a failed optimisation as RuntimeError, Prophet unusable numbers as ValueError.
_FAILURES = (RuntimeError, ValueError, np.linalg.LinAlgError)


def fit_prophet(history: History, context: FitContext) -> StructuralModel:
    """Fit Prophet to dates and holidays alone."""
    return fit_history(history, context, structure_for(history, context))


def fit_prophet_covariates(history: History, context: FitContext) -> StructuralModel:
    """Fit Prophet with every covariate that is known ahead as a regressor."""
    return fit_history(history, context, structure_for(history, context, history.known))


def fit_prophet_multiplicative(history: History, context: FitContext) -> StructuralModel:
    """Fit Prophet with patterns, holidays and covariates in percent of the level."""
    structure = structure_for(history, context, history.known, "multiplicative")
    return fit_history(history, context, structure)


def fit_prophet_tuned(history: History, context: FitContext) -> StructuralModel:
    """Fit Prophet, covariates included, with prior scales that the series itself suggests."""
    structure = structure_for(history, context, history.known)
    return fit_history(history, context, structure, learned_scales)


def go_on_with_prophet_tuned(
    history: History, context: FitContext, before: StructuralModel
) -> StructuralModel:
    """The same with the prior scales that fewer rows have suggested, where its parts are the same.

    A covariate that has only begun to change has no scale yet.
    """
    structure = structure_for(history, context, history.known)
    is_same = structure.regressors == before.structure.regressors
    if before.priors is None or not is_same:
        return fit_prophet_tuned(history, context)
    priors = learned_before(before.priors, before.mode.sigma_obs)
    return fit_history(history, context, structure, priors)


def has_covariates(history: History, _context: FitContext) -> bool:
    """Whether any covariate is known for the whole horizon."""
    return bool(history.known)


def fit_history(
    history: History,
    context: FitContext,
    structure: Structure,
    priors: Priors = stated_priors,
) -> StructuralModel:
    """Fit a structure to the newest rows, by the engine that the settings name.

    Priors that are not the structure's own are known to our engine alone.
    """
    rows = slice(-MAX_ROWS, None)
    times = history.ds.values[rows]
    columns = {one.name: history.columns[one.name][rows] for one in structure.regressors}
    values, spec = history.actual[rows], context.spec
    if spec.engine == "stan" and priors is stated_priors:
        level = logging.INFO if spec.verbose else logging.ERROR
        return fit_with_stan(times, values, structure, columns, seed=spec.seed, level=level)
    model = fit_structure(times, values, structure, columns, priors=priors)
    if spec.verbose:
        _tell(model)
    return model


def _tell(model: StructuralModel) -> None:
    with library_logs(logger.name, level=logging.INFO):
        logger.info(
            "Posterior mode: noise %.5f of the largest value, %d of %d rates change",
            model.mode.sigma_obs,
            np.count_nonzero(model.mode.delta),
            len(model.mode.delta),
        )


# One form of Prophet goes into a combination, most often the tuned one: with it alone, forecasts of
# 25 sets of series are as good, for three quarters of the time.
STRUCTURAL: dict[str, Candidate] = {
    "prophet": Candidate(
        fit=fit_prophet,
        minimum_rows=14,
        is_simple=False,
        settings=prophet_settings,
        failures=_FAILURES,
        budgets=ONLY_BEST,
        cost=3.0,
        family="prophet",
    ),
    "prophet_covariates": Candidate(
        fit=fit_prophet_covariates,
        minimum_rows=14,
        is_simple=False,
        is_applicable=has_covariates,
        settings=prophet_settings,
        failures=_FAILURES,
        budgets=ONLY_BEST,
        cost=3.0,
        family="prophet",
    ),
    "prophet_multiplicative": Candidate(
        fit=fit_prophet_multiplicative,
        minimum_rows=14,
        is_simple=False,
        settings=multiplicative_settings,
        failures=_FAILURES,
        budgets=ONLY_BEST,
        cost=6.0,
        family="prophet",
    ),
    "prophet_tuned": Candidate(
        fit=fit_prophet_tuned,
        go_on=go_on_with_prophet_tuned,
        minimum_rows=14,
        is_simple=False,
        settings=tuned_settings,
        failures=_FAILURES,
        cost=4.0,
        family="prophet",
    ),
}
