"""What is in a table, as JSON that a page can show."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from pipeline.table.distributions import date_distribution, distribution, text_distribution
from pipeline.table.patterns import correlations, missing_patterns

OnColumn = Callable[[int, str], None]


def profile_table(frame: pd.DataFrame, on_column: OnColumn) -> dict[str, Any]:
    """Describe each column and what they have in common; ``on_column`` hears the position and name
    of each before that."""
    columns: dict[str, Any] = {}
    for position, name in enumerate(frame.columns):
        on_column(position, str(name))
        columns[str(name)] = _profile_column(frame[name])
    return {
        "rows": len(frame),
        "duplicate_rows": int(frame.duplicated().sum()),
        "columns": columns,
        "missing_patterns": missing_patterns(frame),
        "correlations": correlations(frame),
    }


def profile_target(target: pd.Series, classes: tuple[str, ...] | None) -> dict[str, Any]:
    """Describe what is predicted: rows per class and how uneven they are, or the distribution of
    the amounts."""
    if classes is None:
        return distribution(target)
    counts = np.bincount(target.to_numpy(dtype=np.int64), minlength=len(classes))
    least = int(counts[counts > 0].min(initial=len(target)))
    return {
        "classes": {label: int(counts[code]) for code, label in enumerate(classes)},
        "largest_to_smallest_class": round(int(counts.max(initial=0)) / max(least, 1), 2),
    }


def _profile_column(column: pd.Series) -> dict[str, Any]:
    present = column.dropna()
    missing = len(column) - len(present)
    described = {
        "type": _kind(column),
        "missing": missing,
        "missing_share": round(missing / len(column), 4) if len(column) else 0.0,
        "distinct": int(present.nunique()),
    }
    if described["type"] == "number":
        described |= distribution(present)
    elif described["type"] == "duration" and len(present):
        described |= {"min": str(present.min()), "max": str(present.max())}
    elif described["type"] == "date" and len(present):
        described |= date_distribution(present)
    elif described["type"] in ("text", "boolean"):
        described |= text_distribution(present)
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
