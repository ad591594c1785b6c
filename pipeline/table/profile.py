"""What is in a table, as JSON that a page can show."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from pipeline.table.scores import finite

_TOP_VALUES = 5
_LONGEST_VALUE = 80
_QUANTILES = {"p25": 0.25, "median": 0.5, "p75": 0.75}

OnColumn = Callable[[int, str], None]


def profile_table(frame: pd.DataFrame, on_column: OnColumn) -> dict[str, Any]:
    """Describe each column; ``on_column`` hears its position and name before that."""
    columns: dict[str, Any] = {}
    for position, name in enumerate(frame.columns):
        on_column(position, str(name))
        columns[str(name)] = _profile_column(frame[name])
    return {
        "rows": len(frame),
        "duplicate_rows": int(frame.duplicated().sum()),
        "columns": columns,
    }


def profile_target(target: pd.Series, classes: tuple[str, ...] | None) -> dict[str, Any]:
    """Describe what is predicted: rows per class, or the distribution of the amounts."""
    if classes is None:
        return _distribution(target)
    counts = target.value_counts()
    return {"classes": {label: int(counts.get(code, 0)) for code, label in enumerate(classes)}}


def _profile_column(column: pd.Series) -> dict[str, Any]:
    present = column.dropna()
    described = {
        "type": _kind(column),
        "missing": len(column) - len(present),
        "distinct": int(present.nunique()),
    }
    if described["type"] == "number":
        described |= _distribution(present)
    elif described["type"] in ("date", "duration") and len(present):
        described |= {"min": str(present.min()), "max": str(present.max())}
    elif described["type"] in ("text", "boolean"):
        described["top"] = _top_values(present)
    return described


def _kind(column: pd.Series) -> str:
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind):
        return "boolean"
    if pd.api.types.is_numeric_dtype(kind):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(kind):
        return "date"
    if pd.api.types.is_timedelta64_dtype(kind):
        return "duration"
    return "bytes" if pd.api.types.is_object_dtype(kind) else "text"


def _distribution(values: pd.Series) -> dict[str, Any]:
    numbers = values.astype("float64")
    is_finite = numbers.abs() < np.inf
    numbers = numbers[is_finite]
    if numbers.empty:
        return {"infinite": int((~is_finite).sum())}
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is shown as unknown
        described: dict[str, Any] = {
            "min": numbers.min(),
            "max": numbers.max(),
            "mean": numbers.mean(),
            "std": numbers.std(),
            **{name: numbers.quantile(share) for name, share in _QUANTILES.items()},
        }
    described = {name: finite(float(value)) for name, value in described.items()}
    return {**described, "infinite": int((~is_finite).sum())}


def _top_values(present: pd.Series) -> list[dict[str, Any]]:
    counts = present.value_counts().head(_TOP_VALUES)
    return [
        {"value": str(value)[:_LONGEST_VALUE], "count": int(count)}
        for value, count in counts.items()
    ]
