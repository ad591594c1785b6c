"""Prophet as the service documents its settings, and as it comes."""

import logging
from typing import Any

import numpy as np
import pandas as pd
from prophet import Prophet

from benchmarks.forecast.panel import SERIES, TIME, VALUE
from benchmarks.forecast.systems.task import (
    COLUMNS,
    LEVELS,
    POINT,
    Forecast,
    Task,
    by_series,
)

logger = logging.getLogger(__name__)


def prophet(task: Task) -> Forecast:
    """Week and year, holidays of the country, and what is known ahead as regressors."""
    is_fine = task.terms.frequency in ("hourly", "daily")

    def model() -> Any:
        made = Prophet(
            yearly_seasonality=True,
            weekly_seasonality=is_fine,
            daily_seasonality=task.terms.frequency == "hourly",
            changepoint_prior_scale=0.05,
            seasonality_mode="additive",
        )
        made.add_country_holidays(task.terms.country)
        for name in task.covariates:
            made.add_regressor(name)
        return made

    return _each(task, model)


def prophet_defaults(task: Task) -> Forecast:
    return _each(task, Prophet)


def _each(task: Task, make: Any) -> Forecast:
    ahead = by_series(task.future)
    answers = []
    for name, rows in by_series(task.train).items():
        np.random.seed(task.terms.seed)
        try:
            model = make()
            model.fit(rows.rename(columns={VALUE: "y"}), seed=task.terms.seed)
            answers.append(_forecast(model, name, ahead[name]))
        except Exception:  # the library raises anything; a failed series counts as failed
            logger.exception("failed: %s", name)
    return pd.concat(answers, ignore_index=True)


def _forecast(model: Any, name: str, future: pd.DataFrame) -> Forecast:
    """Each sample is drawn once: `predict` would draw them a second time for its interval."""
    samples = model.predictive_samples(future)["yhat"]
    model.uncertainty_samples = 0
    point = model.predict(future)["yhat"].to_numpy()
    quantiles = dict(zip(COLUMNS, np.quantile(samples, LEVELS, axis=1), strict=True))
    return pd.DataFrame({SERIES: name, TIME: future[TIME], POINT: point} | quantiles)
