"""AutoGluon TimeSeries of medium quality, without the networks that it would have to download."""

import tempfile

from autogluon.timeseries import TimeSeriesDataFrame, TimeSeriesPredictor

from benchmarks.forecast.panel import ALIASES, CATEGORY, SERIES, TIME, VALUE
from benchmarks.forecast.systems.task import COLUMNS, LEVELS, POINT, Forecast, Task

PRETRAINED = ["Chronos", "Chronos2", "Toto", "Toto2"]
NAMES = {SERIES: "item_id", TIME: "timestamp"}


def autogluon(task: Task) -> Forecast:
    """The point forecast is the median, by which AutoGluon itself judges absolute errors."""
    static = None
    if CATEGORY in task.train:
        static = task.train[[SERIES, CATEGORY]].drop_duplicates().rename(columns=NAMES)
        static = static.reset_index(drop=True)
    kept = [SERIES, TIME, VALUE, *task.covariates]
    rows = TimeSeriesDataFrame.from_data_frame(
        task.train[kept].rename(columns=NAMES), static_features_df=static
    )
    ahead = task.future[[SERIES, TIME, *task.covariates]].rename(columns=NAMES)
    with tempfile.TemporaryDirectory() as directory:
        predictor = TimeSeriesPredictor(
            target=VALUE,
            known_covariates_names=task.covariates or None,
            prediction_length=task.terms.horizon,
            freq=ALIASES[task.terms.frequency],
            quantile_levels=list(LEVELS),
            path=directory,
            verbosity=0,
        ).fit(
            rows,
            presets="medium_quality",
            excluded_model_types=PRETRAINED,
            time_limit=int(task.terms.seconds),
            random_seed=task.terms.seed,
        )
        known = TimeSeriesDataFrame.from_data_frame(ahead) if task.covariates else None
        predicted = predictor.predict(rows, known_covariates=known, random_seed=task.terms.seed)
    answer = predicted.reset_index().rename(columns={"item_id": SERIES, "timestamp": TIME})
    answer[POINT] = answer["0.5"]
    return answer[[SERIES, TIME, POINT, *COLUMNS]]
