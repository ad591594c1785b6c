"""One LightGBM over all series through mlforecast: lags, dates, covariates, the category."""

from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMRegressor
from mlforecast import MLForecast
from mlforecast.lag_transforms import RollingMean
from mlforecast.target_transforms import Differences, LocalStandardScaler
from mlforecast.utils import PredictionIntervals

from benchmarks.forecast.panel import ALIASES, CATEGORY, SERIES, TIME, VALUE
from benchmarks.forecast.systems.task import COLUMNS, LEVELS, POINT, Forecast, Task

LAGS = {
    "hourly": (1, 2, 3, 24, 25, 48, 72, 168),
    "daily": (1, 2, 3, 7, 14, 21, 28),
    "weekly": (1, 2, 3, 4, 8, 13, 52),
    "monthly": (1, 2, 3, 6, 12),
}
DATES = {
    "hourly": ("hour", "dayofweek"),
    "daily": ("dayofweek", "day", "month", "dayofyear"),
    "weekly": ("month", "quarter"),
    "monthly": ("month", "quarter"),
}
NAME, WINDOWS = "lightgbm", 2


def lightgbm(task: Task) -> Forecast:
    """Each series on a scale of its own."""
    return _forecast(task, [LocalStandardScaler()])


def lightgbm_differences(task: Task) -> Forecast:
    """On differences of a season; series too short for one are forecast on their own scale."""
    lengths = task.train[SERIES].map(task.train[SERIES].value_counts())
    if (lengths <= 2 * task.season).any():
        return _forecast(task, [LocalStandardScaler()])
    return _forecast(task, [Differences([task.season]), LocalStandardScaler()])


def _forecast(task: Task, transforms: list[Any]) -> Forecast:
    """Points from all series, quantiles from the conformal intervals of those that are long enough.

    Short series get the intervals of the others, relative to the forecast.
    """
    rows, ahead = _columns(task.train, task), _columns(task.future, task, is_future=True)
    lengths = rows["unique_id"].map(rows["unique_id"].value_counts())
    is_long = lengths > (WINDOWS + 1) * task.terms.horizon + 3 * task.season
    predicted = _fitted(task, transforms, rows, None).predict(
        task.terms.horizon, X_df=ahead if task.covariates else None
    )
    wide = rows[is_long]
    among = ahead[ahead["unique_id"].isin(wide["unique_id"])]
    intervals = PredictionIntervals(n_windows=WINDOWS, h=task.terms.horizon)
    widths = sorted({round(100 * abs(2 * level - 1)) for level in LEVELS} - {0})
    bounds = _fitted(task, transforms, wide, intervals).predict(
        task.terms.horizon, X_df=among if task.covariates else None, level=widths
    )
    return _answer(predicted, bounds)


def _fitted(task: Task, transforms: list[Any], rows: pd.DataFrame, intervals: Any) -> Any:
    model = MLForecast(
        models={
            NAME: LGBMRegressor(
                n_estimators=200,
                learning_rate=0.05,
                num_leaves=31,
                n_jobs=1,
                random_state=task.terms.seed,
                deterministic=True,
                verbosity=-1,
            )
        },
        freq=ALIASES[task.terms.frequency],
        lags=LAGS[task.terms.frequency],
        lag_transforms={1: [RollingMean(task.season, min_samples=1)]},
        date_features=DATES[task.terms.frequency],
        target_transforms=transforms,
    )
    static = [CATEGORY] if CATEGORY in rows else []
    return model.fit(rows, static_features=static, dropna=False, prediction_intervals=intervals)


def _columns(frame: pd.DataFrame, task: Task, *, is_future: bool = False) -> pd.DataFrame:
    kept = [SERIES, TIME, *task.covariates]
    if not is_future:
        kept += [name for name in (VALUE, CATEGORY) if name in frame]
    named = frame[kept].rename(columns={SERIES: "unique_id", VALUE: "y"})
    if CATEGORY in named:
        named[CATEGORY] = named[CATEGORY].astype("category")
    return named


def _answer(predicted: pd.DataFrame, bounds: pd.DataFrame) -> Forecast:
    point = predicted[NAME].to_numpy()
    answer = pd.DataFrame({SERIES: predicted["unique_id"], TIME: predicted[TIME], POINT: point})
    keys = ["unique_id", TIME]
    joined = predicted[keys].merge(bounds.drop(columns=NAME), on=keys, how="left")
    size = bounds[NAME].abs().mean()
    for level, column in zip(LEVELS, COLUMNS, strict=True):
        width = round(100 * abs(2 * level - 1))
        if not width:
            answer[column] = point
            continue
        bound = f"{NAME}-{'lo' if level < 0.5 else 'hi'}-{width}"
        usual = float((bounds[bound] - bounds[NAME]).mean() / size)
        found = joined[bound].to_numpy()
        answer[column] = np.where(np.isnan(found), point + usual * np.abs(point), found)
    return answer
