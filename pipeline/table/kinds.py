"""Whether rows to predict have what a model was trained on, column by column."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import ColumnProblem, WrongColumnsError
from pipeline.table.encoding.written_dates import ISO
from pipeline.table.predict import FittedTable
from pipeline.table.values import Cells, cells_of, each, is_missing, plain_number

NUMBERS, DATES = "numbers", "dates"
_EXPECTED = {NUMBERS: "a number", DATES: "a date such as 2026-01-31"}
_DTYPES = {NUMBERS: "iufbm", DATES: "M"}

CanRead = Callable[[str], bool]


def kind_of_columns(fitted: FittedTable) -> dict[str, str]:
    """What the model reads each column as, such as ``NUMBERS``."""
    kinds: dict[str, str] = fitted.preprocessing.kinds()
    return kinds


def check_columns(fitted: FittedTable, frame: pd.DataFrame) -> None:
    """Refuse rows that do not fit the model. Missing values and new categories do fit.

    Raises
    ------
    WrongColumnsError
        If columns are missing or hold values that cannot be read; it names each of them.
    """
    kinds = kind_of_columns(fitted)
    written: Mapping[str, CanRead] = getattr(fitted.preprocessing, "can_read", {})
    present = {str(name) for name in frame.columns}
    names = [name for name in fitted.features if name in present]
    problems = [
        ColumnProblem(name, "is missing; send it, empty where the value is unknown")
        for name in fitted.features
        if name not in present
    ]
    for name, cells in zip(names, cells_of(frame, names), strict=True):
        problem = _problem(name, kinds.get(name, ""), cells, written.get(name))
        if problem is not None:
            problems.append(problem)
    if problems:
        raise WrongColumnsError(problems)


def _problem(name: str, kind: str, cells: Cells, can_read: CanRead | None) -> ColumnProblem | None:
    if isinstance(cells, pd.Series) and cells.dtype.kind in _DTYPES.get(kind, "iufbmM"):
        return None
    for is_wrong, expected in (
        (_is_nested, "a single value"),
        (_misreading(kind, can_read), _EXPECTED.get(kind, "")),
    ):
        places = np.flatnonzero(each(cells, is_wrong, bool))
        if len(places):
            place = int(places[0])
            value = str(cells.iloc[place] if isinstance(cells, pd.Series) else cells[place])[:100]
            told = f"holds {value!r} where {expected} is expected"
            return ColumnProblem(name, told, value, place + 1)
    return None


def _is_nested(value: Any) -> bool:
    return isinstance(value, (list, dict, np.ndarray))


def _misreading(kind: str, can_read: CanRead | None) -> Callable[[Any], bool]:
    if kind == NUMBERS:
        return lambda value: _is_no_number(value, can_read or _is_number)
    if kind == DATES:
        return lambda value: _is_no_date(value, can_read or _is_iso)
    return lambda _: False


def _is_no_number(value: Any, can_read: CanRead) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) and not can_read(value)
    return isinstance(value, (dt.date, np.datetime64)) and not is_missing(value)


def _is_no_date(value: Any, can_read: CanRead) -> bool:
    if isinstance(value, (dt.date, np.datetime64)) or is_missing(value):
        return False
    text = str(value).strip()
    return bool(text) and not (can_read(text) and not isinstance(value, float))


def _is_number(text: str) -> bool:
    return not np.isnan(plain_number(text))


def _is_iso(text: str) -> bool:
    return ISO.read(text) is not None
