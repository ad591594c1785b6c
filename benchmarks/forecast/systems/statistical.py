"""Methods of statsforecast, one series after the other."""

import logging
from typing import Any

import numpy as np
import pandas as pd
from statsforecast.models import MSTL, AutoARIMA, AutoCES, AutoETS, AutoTheta, SeasonalNaive

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

MANY_ROWS, LONG_SEASON, LONGEST_ETS = 150, 12, 24


def auto_ets(task: Task) -> Forecast:
    season = task.season if task.season <= LONGEST_ETS else 1
    return _each(task, lambda _rows: AutoETS(season_length=season))


def auto_theta(task: Task) -> Forecast:
    return _each(task, lambda rows: AutoTheta(season_length=_season(task, rows)))


def auto_ces(task: Task) -> Forecast:
    return _each(task, lambda rows: AutoCES(season_length=_season(task, rows)))


def auto_arima(task: Task) -> Forecast:
    """With the covariates; approximated where R would."""

    def model(rows: int) -> Any:
        season = _season(task, rows)
        approximation = rows > MANY_ROWS or season > LONG_SEASON
        return AutoARIMA(season_length=season, approximation=approximation)

    return _each(task, model, with_covariates=True)


def mstl(task: Task) -> Forecast:
    def model(rows: int) -> Any:
        yearly = (365,) if task.terms.frequency == "daily" else ()
        fitting = [s for s in (*task.terms.seasons, *yearly) if rows >= 2 * s]
        return MSTL(season_length=fitting or [task.season])

    return _each(task, model)


def seasonal_naive(task: Task) -> Forecast:
    return _each(task, lambda rows: SeasonalNaive(season_length=_season(task, rows)))


def _season(task: Task, rows: int) -> int:
    return task.season if rows >= 2 * task.season else 1


def _each(task: Task, make: Any, *, with_covariates: bool = False) -> Forecast:
    """Forecast every series by a model that ``make`` makes for its number of rows."""
    ahead = by_series(task.future)
    answers = []
    for name, rows in by_series(task.train).items():
        values = rows[VALUE].to_numpy(dtype=float)
        columns = _varying(rows, task.covariates) if with_covariates else []
        outside = {
            "X": rows[columns].to_numpy(dtype=float) if columns else None,
            "X_future": ahead[name][columns].to_numpy(dtype=float) if columns else None,
        }
        horizon = len(ahead[name])
        try:
            found = make(len(rows)).forecast(y=values, h=horizon, level=list(_WIDTHS), **outside)
        except Exception:  # the libraries raise anything; a failed series counts as failed
            logger.exception("failed: %s", name)
            continue
        answers.append(_answer(name, ahead[name][TIME], found))
    return pd.concat(answers, ignore_index=True)


def _varying(rows: pd.DataFrame, names: list[str]) -> list[str]:
    return [name for name in names if rows[name].nunique() > 1]


def _answer(name: str, ds: pd.Series, found: dict[str, np.ndarray]) -> Forecast:
    quantiles = {}
    for level, column in zip(LEVELS, COLUMNS, strict=True):
        width = round(100 * abs(2 * level - 1))
        side = "lo" if level < 0.5 else "hi"
        quantiles[column] = found[f"{side}-{width}"] if width else found["mean"]
    return pd.DataFrame({SERIES: name, TIME: ds, POINT: found["mean"]} | quantiles)


_WIDTHS = sorted({round(100 * abs(2 * level - 1)) for level in LEVELS} - {0})
