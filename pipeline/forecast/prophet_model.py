"""The Prophet candidate, with public holidays and, as a second candidate, with covariates.

Prophet lays out the series and predicts; its parameters are found by `posterior_mode` instead of
Stan, which needs a process and files for every fit.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.candidate import FitContext
from pipeline.forecast.frequency import Unit
from pipeline.forecast.history import History
from pipeline.forecast.posterior_mode import AdditiveModel, log_posterior, posterior_mode


@contextmanager
def _library_logs(*names: str, level: int = logging.ERROR) -> Iterator[None]:
    """Prophet and CmdStanPy log every fit, and use what pandas is about to drop; neither is ours to
    correct, and both set their own log levels, so the wanted one is set around each use.
    """
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(level)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=DeprecationWarning, module="prophet")
            yield
    finally:
        for logger, old in zip(loggers, before, strict=True):
            logger.setLevel(old)


with _library_logs(
    "prophet.plot", level=logging.CRITICAL
):  # it reports that plotly is not installed
    from prophet import Prophet

logger = logging.getLogger("prophet")

_ComponentsByMode = dict[Literal["additive", "multiplicative"], list[str]]

MAX_ROWS = 5_000
YEARLY_WAVES = {Unit.HOUR: 10, Unit.DAY: 10, Unit.WEEK: 6, Unit.MONTH: 3}


class UndividedProphet(Prophet):
    """A Prophet that does not tell its components apart; all of them are added. Nobody asks which
    holiday did what, and keeping account of it takes longer than finding the parameters.
    """

    def regressor_column_matrix(
        self, seasonal_features: pd.DataFrame, modes: _ComponentsByMode
    ) -> tuple[pd.DataFrame, _ComponentsByMode]:
        rows = range(seasonal_features.shape[1])
        columns = pd.DataFrame({"additive_terms": 1, "multiplicative_terms": 0}, index=rows)
        modes["additive"].append("additive_terms")
        modes["multiplicative"].append("multiplicative_terms")
        return columns, modes


@dataclass(frozen=True, slots=True)
class FittedProphet:
    """A fitted Prophet without its history and its connection to Stan."""

    model: Any
    covariates: tuple[str, ...]

    def predict(self, future: pd.DataFrame) -> NDArray[np.float64]:
        with _library_logs("prophet.forecaster"):
            forecast = self.model.predict(future[["ds", *self.covariates]])
        return np.asarray(forecast["yhat"].to_numpy(), dtype=np.float64)


def fit_prophet(history: History, context: FitContext) -> FittedProphet:
    """Fit Prophet to dates and holidays alone."""
    return _fit(history, context, ())


def fit_prophet_covariates(history: History, context: FitContext) -> FittedProphet:
    """Fit Prophet with every covariate that is known ahead as a regressor."""
    return _fit(history, context, history.known)


def has_covariates(history: History, _context: FitContext) -> bool:
    """Whether any covariate is known for the whole horizon."""
    return bool(history.known)


def prophet_settings(history: History, context: FitContext) -> dict[str, Any]:
    """The arguments of Prophet for this history.

    A seasonality is switched on where the settings allow it and the rows can show it: the day for
    rows finer than a day, the week for rows not coarser than a day, the year, with
    as many waves as such rows can tell apart, where `FitContext.models_year` says so.
    """
    spec, unit = context.spec, history.frequency.unit
    with_year = spec.yearly_seasonality and context.models_year
    return {
        "daily_seasonality": spec.daily_seasonality and unit is Unit.HOUR,
        "weekly_seasonality": spec.weekly_seasonality and history.frequency.is_daily_or_finer,
        "yearly_seasonality": YEARLY_WAVES[unit] if with_year else False,
        "changepoint_prior_scale": spec.changepoint_prior_scale,
    }


def _fit(history: History, context: FitContext, covariates: tuple[str, ...]) -> FittedProphet:
    settings = prophet_settings(history, context)
    daily = history.frequency.is_daily_or_finer
    model = UndividedProphet(
        **settings,
        holidays=context.holidays.frame() if daily and context.holidays.names else None,
        uncertainty_samples=0,  # intervals come from backtest errors, see calibrate.py
    )
    for name in covariates:
        model.add_regressor(name)
    rows = history.frame[["ds", "y", *covariates]].tail(MAX_ROWS)
    level = logging.INFO if context.spec.verbose else logging.ERROR
    with _library_logs("prophet", "prophet.forecaster", "prophet.models", level=level):
        if rows["y"].min() == rows["y"].max():
            model.fit(rows)  # a constant has no mode to look for, and Prophet knows it
        else:
            _find_mode(model, rows)
    return FittedProphet(_without_baggage(model), covariates)


def _find_mode(model: Any, rows: pd.DataFrame) -> None:
    """What `Prophet.fit` does, with the exact mode."""
    inputs = model.preprocess(rows)
    scaled = np.asarray(inputs.y, dtype=np.float64)
    design = AdditiveModel(
        t=np.asarray(inputs.t, dtype=np.float64),
        changepoints=np.asarray(inputs.t_change, dtype=np.float64),
        regressors=np.asarray(inputs.X, dtype=np.float64),
        prior_scales=np.asarray(inputs.sigmas, dtype=np.float64),
        changepoint_scale=float(inputs.tau),
    )
    mode = posterior_mode(design, scaled)
    logger.info(
        "Posterior mode: log density %.3f, noise %.5f of the largest value, %d of %d rates change",
        log_posterior(design, scaled, mode),
        mode.sigma_obs,
        np.count_nonzero(mode.delta),
        len(mode.delta),
    )
    found = {"k": mode.k, "m": mode.m, "delta": mode.delta, "beta": mode.beta}
    model.params = {
        name: np.atleast_2d(np.asarray(value, dtype=np.float64))
        for name, value in {**found, "sigma_obs": mode.sigma_obs}.items()
    }
    if len(model.changepoints) == 0:  # Prophet then puts the one rate change at the start
        model.params["k"] = model.params["k"] + model.params["delta"][:, 0]
        model.params["delta"] = np.zeros((1, 1))


def _without_baggage(model: Any) -> Any:
    """Predicting needs neither the history nor Stan, whose objects name files that are gone."""
    model.history = model.history.head(2)
    model.history_dates = model.history_dates.head(2)
    model.stan_backend = None
    model.stan_fit = None
    return model
