"""Any table ends in a model that keeps its promises, or in an error that says what to do.

The tables are the same in every run. `FUZZ_TIMES` makes them more, and others with each run:
`FUZZ_TIMES=10`.
"""

import io
import json
import os
import pickle
import time
from dataclasses import asdict, fields
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from pipeline.clusters.algorithms import CLUSTERERS
from pipeline.errors import PipelineError
from pipeline.explain.card import card_html, card_markdown
from pipeline.series.model import SeriesModel
from pipeline.table.load import read_table
from pipeline.table.predict import predict_rows
from pipeline.table.result import TableResult
from pipeline.table.spec import SUPERVISED, TableLimits, TableSpec
from pipeline.table.train import train_table
from tests.pipeline.any_table import COLUMNS, LEARNABLE, AnyTable, any_table
from tests.pipeline.table.tables import parquet, shop_rows

TIMES = int(os.environ.get("FUZZ_TIMES", "0"))
BUDGET_SECONDS = 1.0
TOLERANCE_SECONDS = 3.0
"""What a run may take beyond its budget in computing time, on a slow machine: the budget bounds
what is tried, but something has to be fitted, and each table has to be read and described."""
MODEL_TYPES = {
    "classification": ("auto", "linear", "lightgbm", "xgboost", "knn", "random_forest", "catboost"),
    "regression": ("auto", "linear", "lightgbm", "xgboost", "knn", "extra_trees", "kernel"),
    "clustering": ("auto", *CLUSTERERS),
    "time_series": ("auto", "theta", "harmonic_regression", "holt_winters", "croston_tsb"),
}
NOT_TOLD = frozenset({"model", "preprocessing", "background"})

pytestmark = pytest.mark.timeout(600 * (TIMES or 1))


def fuzz(examples: int) -> settings:
    return settings(
        max_examples=examples * (TIMES or 1),
        derandomize=not TIMES,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """Whatever a first training imports is not counted."""
    for ml_task, target in (("classification", "level"), ("time_series", "amount")):
        spec = TableSpec(ml_task=ml_task, target_variable=target, max_trials=2)
        train_table(parquet(shop_rows(60)), spec)


@st.composite
def requests(draw: st.DrawFn, ml_task: str, table: AnyTable) -> TableSpec:
    """What could be asked of the table, most of it sensible; the target is the first column."""
    names = [name for name, _ in table.kinds]
    others = st.sampled_from([*reversed(names), "absent"])
    rarely = draw(st.integers(0, 11))
    given: dict[str, Any] = {
        "model_type": draw(st.sampled_from(MODEL_TYPES[ml_task])),
        "max_trials": draw(st.sampled_from([1, 2, 4, 12])),
        "test_size": draw(st.sampled_from([0.2, 0.2, 0.2, 0.01, 0.5, 0.99])),
        "seed": draw(st.sampled_from([0, 1, 2**32 - 1])),
    }
    if rarely == 11:
        given["exclude_columns"] = (draw(others),)
    if rarely == 10:
        given["time_column"] = draw(others)
    if rarely == 9:
        given["group_column"] = draw(others)
    if rarely == 8:
        given["max_predict_ms"] = draw(st.sampled_from([1e-3, 5.0]))
    if rarely == 7 and ml_task == "time_series":
        given["horizon"] = draw(st.sampled_from([1, 5, 400, 10**9]))
    has_target = ml_task != "clustering" or draw(st.booleans())
    return TableSpec(
        ml_task=ml_task,
        target_variable=names[0] if has_target else None,
        time_budget_seconds=BUDGET_SECONDS,
        **given,
    )


def check(table: AnyTable, request: st.DataObject, ml_task: str) -> None:
    """Train on the table as a file, and hold the outcome to what every outcome must be."""
    file = table.file()
    began = time.process_time()
    try:
        spec = request.draw(requests(ml_task, table), label="request")
        result = train_table(file, spec)
    except PipelineError as error:
        event(f"{ml_task}: {type(error).__name__}")
        check_refusal(error)
        return
    finally:
        assert time.process_time() - began < BUDGET_SECONDS + TOLERANCE_SECONDS
    event(f"{ml_task}: a model")
    check_told(result)
    if isinstance(result.model, SeriesModel):
        check_forecasts(result)
    else:
        check_predictions(result, read_table(file, TableLimits()))


def check_refusal(error: PipelineError) -> None:
    """It says what is wrong and what to do."""
    assert str(error).strip()
    assert error.recommended_action.strip()


def check_told(result: TableResult) -> None:
    """Everything but the model itself can be stored and shown."""
    told = {one.name: getattr(result, one.name) for one in fields(result)}
    told["leaderboard"] = [asdict(entry) for entry in result.leaderboard]
    facts = json.loads(
        json.dumps({key: told[key] for key in told.keys() - NOT_TOLD}, allow_nan=False)
    )
    assert card_markdown(facts).strip()
    assert card_html(facts).encode()
    if result.background is not None:
        result.background.to_parquet(io.BytesIO())


def check_predictions(result: TableResult, rows: pd.DataFrame) -> None:
    """The same after storing, in any order, with other columns, and one by one."""
    predicted = predict_rows(result, rows)
    assert len(predicted) == len(rows)
    numbers = predicted.drop(columns="prediction" if result.classes else [])
    assert np.isfinite(numbers.to_numpy(dtype=float)).all()
    same(predict_rows(stored(result), rows), predicted)
    order = np.random.default_rng(0).permutation(len(rows))
    mixed = rows.iloc[order].copy().assign(**{"not in the training": "further"})
    same(predict_rows(result, mixed), predicted.iloc[order])
    same(predict_rows(result, rows.iloc[-1:]), predicted.iloc[-1:])


def check_forecasts(result: TableResult) -> None:
    """What is forecast is also the answer for these periods, in any order."""
    forecast = result.model.forecast()
    answer = ["prediction", "lower", "upper"]
    assert np.isfinite(forecast[answer].to_numpy(dtype=float)).all()
    rows = forecast.drop(columns=answer).reindex(columns=list(result.features))
    same(predict_rows(result, rows), forecast[answer])
    order = np.random.default_rng(0).permutation(len(rows))
    same(predict_rows(stored(result), rows.iloc[order]), forecast[answer].iloc[order])


def stored(result: TableResult) -> TableResult:
    loaded: TableResult = pickle.loads(pickle.dumps(result))
    return loaded


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def kinds_of(*choices: Any) -> Any:
    return st.tuples(*(st.sampled_from(sorted(choice)) for choice in choices))


ANY, TARGETS, DAYS = COLUMNS.keys(), LEARNABLE.keys(), {"days", "weeks", "written days", "years"}


@fuzz(60)
@given(kinds_of(TARGETS, ANY).flatmap(any_table), st.data())
def test_any_table_is_classified_or_refused(table: AnyTable, request: st.DataObject) -> None:
    check(table, request, "classification")


@fuzz(60)
@given(kinds_of(TARGETS, ANY).flatmap(any_table), st.data())
def test_any_table_is_regressed_or_refused(table: AnyTable, request: st.DataObject) -> None:
    check(table, request, "regression")


@fuzz(30)
@given(kinds_of(ANY).flatmap(any_table), st.sampled_from(SUPERVISED), st.data())
def test_any_column_is_a_target_or_refused(
    table: AnyTable, ml_task: str, request: st.DataObject
) -> None:
    check(table, request, ml_task)


@fuzz(40)
@given(kinds_of(ANY, ANY).flatmap(any_table), st.data())
def test_any_table_is_clustered_or_refused(table: AnyTable, request: st.DataObject) -> None:
    check(table, request, "clustering")


@fuzz(60)
@given((kinds_of(TARGETS, DAYS) | kinds_of(TARGETS, DAYS, ANY)).flatmap(any_table), st.data())
def test_any_series_is_forecast_or_refused(table: AnyTable, request: st.DataObject) -> None:
    check(table, request, "time_series")


@fuzz(40)
@given(kinds_of(ANY, ANY).flatmap(any_table), st.data())
def test_any_table_is_forecast_or_refused(table: AnyTable, request: st.DataObject) -> None:
    check(table, request, "time_series")


@fuzz(12)
@given(
    kinds_of(TARGETS).flatmap(lambda first: any_table(first, is_wide=True)),
    st.sampled_from(list(MODEL_TYPES)),
    st.data(),
)
def test_any_wide_table_is_learned_from_or_refused(
    table: AnyTable, ml_task: str, request: st.DataObject
) -> None:
    check(table, request, ml_task)
