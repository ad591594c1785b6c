"""This project's forecasts of series that fall below zero: its engine is for sales, which do not,
so they go where the product sends uploaded tables of any numbers, all of them in one table.
"""

import pandas as pd

from benchmarks.forecast.panel import CATEGORY, SERIES, TIME, VALUE
from benchmarks.forecast.systems.task import ALGORITHM, COLUMNS, LEVELS, POINT, Forecast, Task
from pipeline.series.methods.registry import METHODS
from pipeline.series.model import SeriesModel
from pipeline.table.spec import TableSpec
from pipeline.table.train import train_table

SECONDS_PER_SERIES = 30.0
"""More than a series ever needs: the clock decides nothing."""


def signed_series(task: Task) -> frozenset[str]:
    """The series with a value below 0."""
    below = task.train.loc[task.train[VALUE] < 0, SERIES]
    return frozenset(below.astype(str))


def only(task: Task, names: frozenset[str]) -> Task:
    """The task with some of its series."""
    train, future = (
        frame[frame[SERIES].isin(names)].reset_index(drop=True)
        for frame in (task.train, task.future)
    )
    return Task(train=train, future=future, terms=task.terms)


def forecast_signed(task: Task, algorithm: str) -> Forecast:
    """Every series of the task by the training for tables; holidays and closures are not told."""
    table = _table(task)
    spec = TableSpec(
        ml_task="time_series",
        target_variable=VALUE,
        model_type=algorithm if algorithm in METHODS else "auto",
        time_column=TIME,
        group_column=SERIES,
        horizon=task.terms.horizon,
        time_budget_seconds=SECONDS_PER_SERIES * table[SERIES].nunique(),
        seed=task.terms.seed,
    )
    model: SeriesModel = train_table(table, spec).model
    told = model.quantiles(LEVELS).rename(columns={"prediction": POINT})
    chosen = {one.names[0]: " + ".join(one.members) for one in model.series}
    told[ALGORITHM] = told[SERIES].map(chosen)
    return told[[SERIES, TIME, POINT, *COLUMNS, ALGORITHM]]


def _table(task: Task) -> pd.DataFrame:
    """What is known of each series, and after it the covariates of the periods to come."""
    covariates = list(task.terms.covariates)
    columns = [SERIES, TIME, VALUE, *covariates]
    if CATEGORY in task.train:
        columns.append(CATEGORY)
    if not covariates:
        return task.train[columns]
    future = task.future.assign(**{VALUE: float("nan")})
    return pd.concat([task.train[columns], future[columns]], ignore_index=True)
