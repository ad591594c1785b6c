"""Whether rows to predict have what a model was trained on, column by column."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import ColumnProblem, WrongColumnsError
from pipeline.table.predict import FittedTable
from pipeline.table.preprocess import numbers

NUMBERS, DATES = "numbers", "dates"
_EXPECTED = {NUMBERS: "a number", DATES: "a date such as 2026-01-31"}


def kind_of_columns(fitted: FittedTable) -> dict[str, str]:
    """The group of `build_preprocessing` that reads each column."""
    groups = fitted.preprocessing.steps[0][1].transformers
    return {name: kind for kind, _, names in groups for name in names}


def check_columns(fitted: FittedTable, frame: pd.DataFrame) -> None:
    """Refuse rows that do not fit the model. Missing values and new categories do fit.

    Raises
    ------
    WrongColumnsError
        If columns are missing or hold values that cannot be read; it names each of them.
    """
    kinds = kind_of_columns(fitted)
    found = (_problem(name, kinds.get(name, ""), frame) for name in fitted.features)
    problems = [problem for problem in found if problem is not None]
    if problems:
        raise WrongColumnsError(problems)


def _problem(name: str, kind: str, frame: pd.DataFrame) -> ColumnProblem | None:
    if name not in frame:
        return ColumnProblem(name, "is missing; send it, empty where the value is unknown")
    column = frame[name]
    place = _first(column.map(_is_nested).to_numpy(dtype=bool)) if column.dtype == object else None
    expected = "a single value"
    if place is None and kind in _EXPECTED:
        place, expected = _first(_is_unreadable(column, kind)), _EXPECTED[kind]
    if place is None:
        return None
    value = str(column.iloc[place])[:100]
    return ColumnProblem(name, f"holds {value!r} where {expected} is expected", value, place + 1)


def _is_nested(value: Any) -> bool:
    return isinstance(value, (list, dict))


def _is_unreadable(column: pd.Series, kind: str) -> np.ndarray:
    filled = column.notna().to_numpy(copy=True)
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        filled &= column.astype("str").str.strip().to_numpy() != ""
    if kind == NUMBERS:
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            return filled
        read = numbers(column.to_frame())[:, 0]
        is_infinite = column.isin([np.inf, -np.inf]).to_numpy()
        return np.asarray(filled & np.isnan(read) & ~is_infinite)
    return np.asarray(filled & ~_is_date(column))


def _is_date(column: pd.Series) -> np.ndarray:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return np.ones(len(column), dtype=bool)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return np.zeros(len(column), dtype=bool)
    read = pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True)
    return np.asarray(read.notna())


def _first(is_wrong: np.ndarray) -> int | None:
    places = np.flatnonzero(is_wrong)
    return int(places[0]) if len(places) else None
