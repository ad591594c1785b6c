"""Which values of a column to try when its effect is drawn."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.table.columns import number_reader
from pipeline.table.values import numbers as read_numbers

Kind = Literal["number", "date", "category"]

_POINTS = 20
_TOP_VALUES = 15
_FEWEST_REPEATED = 0.05
_READABLE = 0.98


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of a column that stand for its range.

    ``places`` are the rows of the column that hold them, in rising order for numbers and dates, by
    falling frequency for categories.
    """

    kind: Kind
    places: npt.NDArray[np.int64]


def grid_of(column: pd.Series) -> Grid | None:
    """Quantiles of numbers and dates, the most frequent values of everything else.

    None for a column that is empty, or of texts of which hardly any repeats.
    """
    kind, keys = _ordered(column)
    if kind == "category":
        return _frequent(column)
    present = np.flatnonzero(np.isfinite(keys))
    if not len(present):
        return None
    by_key = present[np.argsort(keys[present], kind="stable")]
    _, first = np.unique(keys[by_key], return_index=True)
    if len(first) <= _POINTS:
        return Grid(kind, by_key[first])
    wanted = np.linspace(0, len(by_key) - 1, _POINTS).round().astype(np.int64)
    _, distinct = np.unique(keys[by_key[wanted]], return_index=True)
    return Grid(kind, by_key[wanted[distinct]])


def _ordered(column: pd.Series) -> tuple[Kind, npt.NDArray[np.float64]]:
    """The kind of the column, and for numbers and dates a number for each cell, NaN if missing."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return "category", np.empty(0)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return "number", column.to_numpy(dtype=np.float64, na_value=np.nan)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return "date", _moments(column)
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return "number", np.asarray(column.dt.total_seconds(), dtype=np.float64)
    return _read(column)


def _read(column: pd.Series) -> tuple[Kind, npt.NDArray[np.float64]]:
    """Numbers and dates that are written as text."""
    present = column.dropna()
    if present.nunique() <= _TOP_VALUES:
        return "category", np.empty(0)
    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.notna().sum() >= _READABLE * len(present):
        return "number", numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    dates = pd.to_datetime(column.astype("str"), format="ISO8601", errors="coerce", utc=True)
    if dates.notna().sum() >= _READABLE * len(present):
        return "date", _moments(dates)
    reader = number_reader(column)
    if reader is not None:
        return "number", read_numbers(column, reader.read)
    return "category", np.empty(0)


def _moments(dates: pd.Series) -> npt.NDArray[np.float64]:
    ticks: Any = dates.to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(ticks), np.nan, ticks.astype(np.float64))


def _frequent(column: pd.Series) -> Grid | None:
    codes, _ = pd.factorize(column)
    present = codes[codes >= 0]
    if not len(present):
        return None
    counts = np.bincount(present)
    if len(counts) > _TOP_VALUES and 1 - len(counts) / len(present) < _FEWEST_REPEATED:
        return None
    top = np.argsort(-counts, kind="stable")[:_TOP_VALUES]
    first = {int(code): place for place, code in reversed(list(enumerate(codes)))}
    return Grid("category", np.array([first[int(code)] for code in top], dtype=np.int64))
