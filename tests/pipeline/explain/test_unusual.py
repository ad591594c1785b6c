"""Columns as they come from strangers: each explanation ends, and can be written as JSON."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from pipeline.explain.explanation import explain
from pipeline.explain.grid import grid_of
from pipeline.explain.rows import explain_rows
from pipeline.table.predict import predict_rows
from tests.pipeline.explain.fitted import Answering, Fitted

ROWS = 40
UNUSUAL = {
    "all missing": pd.Series([None] * ROWS, dtype="str"),
    "missing numbers": pd.Series([1.0, np.nan] * (ROWS // 2)),
    "infinite": pd.Series([np.inf, -np.inf, np.nan, 1.0] * (ROWS // 4)),
    "whole numbers with gaps": pd.Series([1, None] * (ROWS // 2), dtype="Int64"),
    "huge": pd.Series([1e300, -1e300] * (ROWS // 2)),
    "booleans": pd.Series([True, False] * (ROWS // 2)),
    "booleans with gaps": pd.Series([True, None] * (ROWS // 2), dtype="boolean"),
    "dates": pd.Series(pd.date_range("2025-01-01", periods=ROWS)),
    "dates with a zone": pd.Series(pd.date_range("2025-01-01", periods=ROWS, tz="Europe/Madrid")),
    "dates with gaps": pd.Series([pd.Timestamp("2025-01-01"), pd.NaT] * (ROWS // 2)),
    "durations": pd.Series(pd.to_timedelta(np.arange(ROWS), unit="h")),
    "categories": pd.Series(["a", "b"] * (ROWS // 2), dtype="category"),
    "written dates": pd.Series([f"2025-01-{day % 28 + 1:02d}" for day in range(ROWS)]),
    "written numbers": pd.Series([str(number) for number in range(ROWS)]),
    "prices": pd.Series([f"$ {number * 37 % 101 * 100:,}.50" for number in range(ROWS)]),
    "prose": pd.Series([f"text number {number} that is long" for number in range(ROWS)]),
    "constant": pd.Series([7.0] * ROWS),
    "unicode": pd.Series(["é\u202e", "\u0000"] * (ROWS // 2)),
}


class Counting:
    """Takes any column: the more is missing in a row, the higher the amount."""

    def predict(self, frame):
        return frame.isna().sum(axis=1).to_numpy(dtype=float) + frame["base"].to_numpy(dtype=float)


@pytest.fixture
def table():
    random = np.random.default_rng(0)
    return pd.DataFrame({"base": random.normal(size=ROWS), **UNUSUAL})


def test_every_kind_of_column_is_explained(table):
    fitted = Fitted(Answering(Counting()), tuple(table.columns))
    told = explain(
        fitted,
        table,
        Counting().predict(table),
        ml_task="regression",
        classes=None,
        predicted=predict_rows(fitted, table),
        seconds=math.inf,
    )
    json.dumps(told, allow_nan=False)
    assert set(told["left_out"]) == {"learning_curve"}
    first = told["permutation_importance"]["columns"][0]["column"]
    assert first == "base"


def test_every_kind_of_cell_is_explained_in_a_single_row(table):
    fitted = Fitted(Answering(Counting()), tuple(table.columns))
    explained = explain_rows(fitted, table, table.head(2), max_evaluations=500)
    json.dumps(explained, allow_nan=False)
    for row in explained["rows"]:
        parts = row["outputs"]["prediction"]
        total = parts["base_value"] + sum(parts["contributions"].values())
        assert total == pytest.approx(parts["value"], abs=1e-6)


KINDS = {
    "missing numbers": "number",
    "infinite": "number",
    "whole numbers with gaps": "number",
    "durations": "number",
    "written numbers": "number",
    "prices": "number",
    "dates": "date",
    "dates with a zone": "date",
    "dates with gaps": "date",
    "written dates": "date",
    "booleans": "category",
    "booleans with gaps": "category",
    "categories": "category",
}


@pytest.mark.parametrize("name", KINDS)
def test_the_kind_of_a_grid(name):
    grid = grid_of(UNUSUAL[name])
    assert grid is not None
    assert grid.kind == KINDS[name]
    assert UNUSUAL[name].iloc[grid.places].notna().all()


def test_the_grid_of_written_prices_rises():
    prices = UNUSUAL["prices"].iloc[grid_of(UNUSUAL["prices"]).places]
    amounts = prices.str.replace(r"[$ ,]", "", regex=True).astype(float)
    assert amounts.is_monotonic_increasing


@pytest.mark.parametrize("name", ["all missing", "prose"])
def test_what_has_no_grid(name):
    assert grid_of(UNUSUAL[name]) is None


def test_a_section_that_fails_does_not_cost_the_others(table, caplog):
    class Failing(Counting):
        def predict(self, frame):
            if len(frame) > ROWS:
                raise ValueError("too many rows for me")
            return super().predict(frame)

    fitted = Fitted(Answering(Failing()), tuple(table.columns))
    told = explain(
        fitted,
        table,
        table["base"].to_numpy(),
        ml_task="regression",
        classes=None,
        predicted=predict_rows(fitted, table),
        seconds=math.inf,
    )
    assert told["left_out"]["shap"] == "it could not be computed (ValueError)"
    assert "residuals" in told
    assert "A section of an explanation failed" in caplog.text
