"""One system, one table: fit, predict, say what it took. Runs in the system's own environment.

`python systems.py SYSTEM DIRECTORY` reads `train.parquet`, `test.parquet` and `order.json` there,
and writes `answer.json`; it knows nothing of this project but for the system `model_studio`.
"""

import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Predict = Callable[[pd.DataFrame], np.ndarray]
"""Amounts, or probabilities in the order of the sorted classes."""

SINGLE_ROWS = 30
EPOCH = pd.Timestamp("1970-01-01", tz="UTC")


def model_studio(train: pd.DataFrame, order: dict[str, Any]) -> Predict:
    from pipeline.table.predict import predict_rows
    from pipeline.table.spec import TableSpec
    from pipeline.table.train import train_table

    spec = TableSpec(
        ml_task=order["ml_task"],
        target_variable=order["target"],
        time_budget_seconds=order["seconds"],
        threads=order["threads"],
        seed=order["seed"],
    )
    result = train_table(train, spec)
    if order["ml_task"] == "regression":
        return lambda rows: predict_rows(result, rows)["prediction"].to_numpy()
    names = [f"probability_{label}" for label in map(str, order["classes"])]
    return lambda rows: predict_rows(result, rows)[names].to_numpy()


def autogluon(train: pd.DataFrame, order: dict[str, Any]) -> Predict:
    from autogluon.tabular import TabularPredictor

    is_classes = order["ml_task"] == "classification"
    predictor = TabularPredictor(
        label=order["target"],
        problem_type=None if is_classes else "regression",
        eval_metric="log_loss" if is_classes else "root_mean_squared_error",
        path=tempfile.mkdtemp(),
        verbosity=0,
    ).fit(
        train,
        presets="medium_quality",
        time_limit=order["seconds"],
        num_cpus=order["threads"],
        num_gpus=0,
    )
    predictor.persist()
    if not is_classes:
        return lambda rows: predictor.predict(rows).to_numpy()
    return lambda rows: predictor.predict_proba(rows)[order["classes"]].to_numpy()


def flaml(train: pd.DataFrame, order: dict[str, Any]) -> Predict:
    from flaml import AutoML

    is_classes = order["ml_task"] == "classification"
    learner = AutoML()
    learner.fit(
        train.drop(columns=order["target"]),
        train[order["target"]],
        task=order["ml_task"],
        metric="log_loss" if is_classes else "rmse",
        time_budget=order["seconds"],
        n_jobs=order["threads"],
        seed=order["seed"],
        verbose=0,
    )
    return learner.predict_proba if is_classes else learner.predict


def catboost(train: pd.DataFrame, order: dict[str, Any]) -> Predict:
    from catboost import CatBoostClassifier, CatBoostRegressor

    is_classes = order["ml_task"] == "classification"
    rows = _plain(train.drop(columns=order["target"]))
    texts = [name for name in rows if rows[name].dtype == object]
    kind = CatBoostClassifier if is_classes else CatBoostRegressor
    model = kind(
        thread_count=order["threads"],
        random_seed=order["seed"],
        verbose=False,
        allow_writing_files=False,
        cat_features=texts,
    ).fit(rows, train[order["target"]])
    predict = model.predict_proba if is_classes else model.predict
    return lambda new: predict(_plain(new[list(rows)]))


def xgboost(train: pd.DataFrame, order: dict[str, Any]) -> Predict:
    from xgboost import XGBClassifier, XGBRegressor

    is_classes = order["ml_task"] == "classification"
    kinds = {
        name: pd.CategoricalDtype(sorted(column.dropna().unique()))
        for name, column in _plain(train.drop(columns=order["target"])).items()
        if column.dtype == object
    }
    target = train[order["target"]]
    if is_classes:
        target = target.map({label: code for code, label in enumerate(order["classes"])})
    kind = XGBClassifier if is_classes else XGBRegressor
    model = kind(n_jobs=order["threads"], random_state=order["seed"], enable_categorical=True)

    def read(rows: pd.DataFrame) -> pd.DataFrame:
        return _plain(rows, missing=None).astype(kinds)

    model.fit(read(train.drop(columns=order["target"])), target.astype(float))
    columns = [name for name in train if name != order["target"]]
    predict = model.predict_proba if is_classes else model.predict
    return lambda new: predict(read(new[columns]))


def _plain(rows: pd.DataFrame, missing: str | None = "missing") -> pd.DataFrame:
    """Times as seconds, text as objects: what the defaults of a boosting library can read."""
    made = {}
    for name, column in rows.items():
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            made[name] = (pd.to_datetime(column, utc=True) - EPOCH).dt.total_seconds()
        elif pd.api.types.is_numeric_dtype(column.dtype):
            made[name] = column
        else:
            text = column.astype(object)
            made[name] = text if missing is None else text.where(text.notna(), missing)
    return pd.DataFrame(made, index=rows.index)


SYSTEMS: dict[str, Callable[[pd.DataFrame, dict[str, Any]], Predict]] = {
    "model_studio": model_studio,
    "autogluon": autogluon,
    "flaml": flaml,
    "catboost": catboost,
    "xgboost": xgboost,
}


def main(system: str, directory: Path) -> None:
    order = json.loads((directory / "order.json").read_text())
    train = pd.read_parquet(directory / "train.parquet")
    rows = pd.read_parquet(directory / "test.parquet")
    start = time.perf_counter()
    predict = SYSTEMS[system](train, order)
    fitted = time.perf_counter()
    predicted = np.asarray(predict(rows), dtype=float)
    single = [_seconds_of(predict, rows.iloc[[row % len(rows)]]) for row in range(SINGLE_ROWS)]
    answer = {
        "predicted": predicted.tolist(),
        "fit_seconds": fitted - start,
        "one_row_ms": statistics.median(single) * 1000,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    (directory / "answer.json").write_text(json.dumps(answer))


def _seconds_of(predict: Predict, rows: pd.DataFrame) -> float:
    start = time.perf_counter()
    predict(rows)
    return time.perf_counter() - start


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
