"""This project's engine: what a job learns over all products, then every product for itself.

Series with a value below 0 are no sales: `ours_signed` forecasts them.
"""

import logging
from datetime import date

import pandas as pd

from benchmarks.forecast.panel import CATEGORY, SERIES, TIME, VALUE
from benchmarks.forecast.systems.ours_signed import forecast_signed, only, signed_series
from benchmarks.forecast.systems.task import (
    ALGORITHM,
    COLUMNS,
    LEVELS,
    POINT,
    Forecast,
    Task,
    by_series,
)
from pipeline.errors import PipelineError
from pipeline.forecast.calendar.occasions import Closure
from pipeline.forecast.shared import fit_shared
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast

logger = logging.getLogger(__name__)

MIN_DAYS = 7
DAYS_OF_PERIOD = {"hourly": 1 / 24, "daily": 1.0, "weekly": 7.0, "monthly": 365.25 / 12}


def ours(task: Task, algorithm: str = "auto") -> Forecast:
    """By all candidates of the budget, or by one of them."""
    below = signed_series(task)
    sales = only(task, frozenset(task.train[SERIES].astype(str)) - below)
    answers = _forecast_sales(sales, algorithm) if len(sales.train) else []
    try:
        answers += [forecast_signed(only(task, below), algorithm)] if below else []
    except PipelineError:
        logger.exception("failed: %s", ", ".join(sorted(below)))
    return pd.concat(answers, ignore_index=True)


def _forecast_sales(task: Task, algorithm: str) -> list[Forecast]:
    days = task.terms.horizon * DAYS_OF_PERIOD[task.terms.frequency]
    spec = ForecastSpec(
        horizon_days=max(1, round(days)),
        min_training_days=MIN_DAYS,
        country=task.terms.country,
        closures=tuple(
            Closure(date.fromisoformat(first), date.fromisoformat(last))
            for first, last in task.terms.closures
        ),
        algorithm=algorithm,
        budget=task.terms.budget,
        seed=task.terms.seed,
    )
    histories = _histories(task)
    shared = fit_shared(histories, spec)
    ahead = by_series(task.future)
    answers = []
    for name, (category, history) in histories.items():
        try:
            result = train_forecast(history, spec, category=category, shared=shared)
        except PipelineError:
            logger.exception("failed: %s", name)
            continue
        quantiles = result.model.quantiles(result.model.ahead, LEVELS).drop(columns="ds")
        found = pd.DataFrame(
            {
                SERIES: name,
                TIME: result.forecast["ds"],
                POINT: result.forecast["yhat"],
                **dict(zip(COLUMNS, quantiles.to_numpy().T, strict=True)),
                ALGORITHM: " + ".join(result.hyperparameters),
            }
        )
        answers.append(found[found[TIME].isin(ahead[name][TIME])])
    return answers


def _histories(task: Task) -> dict[str, tuple[str | None, pd.DataFrame]]:
    """Sales, and after them the covariates of the periods to come."""
    ahead = by_series(task.future)
    columns = [TIME, VALUE, *task.terms.covariates]
    found: dict[str, tuple[str | None, pd.DataFrame]] = {}
    for name, rows in by_series(task.train).items():
        category = str(rows[CATEGORY].iloc[0]) if CATEGORY in rows else None
        future = ahead[name].assign(**{VALUE: float("nan")})
        parts = [rows, future] if task.terms.covariates else [rows]
        history = pd.concat([part[columns] for part in parts], ignore_index=True)
        found[name] = category, history.rename(columns={VALUE: "quantity"})
    return found
