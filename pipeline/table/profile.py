"""What is in a table, as JSON that a page can show."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.table.distributions import date_distribution, distribution, text_distribution
from pipeline.table.duplicates import count_duplicates
from pipeline.table.patterns import correlations, missing_patterns

OnColumn = Callable[[int, str], None]

_MOST_ROWS = 50_000
_MEASURED = frozenset({"number", "date", "duration"})


def profile_table(frame: pd.DataFrame, on_column: OnColumn) -> dict[str, Any]:
    """Describe each column and what they have in common; ``on_column`` hears the position and name
    of each before that.

    Gaps, extremes, moments and repeated rows are counted in all rows. Of a table of more than
    50,000 rows, as many drawn by chance (``sampled_rows``) show frequent values, quantiles,
    histograms, correlations and about how many values are distinct.
    """
    columns: dict[str, Any] = {}
    rows = _drawn(len(frame))
    for position, name in enumerate(frame.columns):
        on_column(position, str(name))
        columns[str(name)] = _profile_column(frame[name], rows)
    return {
        "rows": len(frame),
        "sampled_rows": len(frame) if rows is None else len(rows),
        "duplicate_rows": count_duplicates(frame),
        "columns": columns,
        "missing_patterns": missing_patterns(frame),
        "correlations": correlations(frame),
    }


def profile_target(target: pd.Series, classes: tuple[str, ...] | None) -> dict[str, Any]:
    """Describe what is predicted: rows per class and how uneven they are, or the distribution of
    the amounts."""
    if classes is None:
        return distribution(target.to_numpy(dtype=np.float64))
    counts = np.bincount(target.to_numpy(dtype=np.int64), minlength=len(classes))
    least = int(counts[counts > 0].min(initial=len(target)))
    return {
        "classes": {label: int(counts[code]) for code, label in enumerate(classes)},
        "largest_to_smallest_class": round(int(counts.max(initial=0)) / max(least, 1), 2),
    }


def _drawn(count: int) -> npt.NDArray[np.int64] | None:
    """The rows to look at closely, in order; None for all."""
    if count <= _MOST_ROWS:
        return None
    return np.sort(np.random.default_rng(0).choice(count, _MOST_ROWS, replace=False))


def _profile_column(column: pd.Series, rows: npt.NDArray[np.int64] | None) -> dict[str, Any]:
    present = column.dropna()
    sample = present if rows is None else column.iloc[rows].dropna()
    missing = len(column) - len(present)
    kind = _kind(column)
    counts = None if kind in _MEASURED else sample.value_counts()
    occurrences = _occurrences(sample) if counts is None else np.asarray(counts, dtype=np.int64)
    described = {
        "type": kind,
        "missing": missing,
        "missing_share": round(missing / len(column), 4) if len(column) else 0.0,
        "distinct": _distinct(occurrences, len(present)),
    }
    if kind == "number":
        described |= distribution(_numbers(present), _numbers(sample))
    elif kind == "duration" and len(present):
        described |= {"min": str(present.min()), "max": str(present.max())}
    elif kind == "date" and len(present):
        described |= date_distribution(present, sample)
    elif counts is not None and kind != "bytes":
        described |= text_distribution(present, counts)
    return described


def _occurrences(sample: pd.Series) -> npt.NDArray[np.int64]:
    """How often each value of numbers, moments or durations occurs."""
    values = sample.dt.tz_convert(None) if isinstance(sample.dtype, pd.DatetimeTZDtype) else sample
    ordered = np.sort(values.to_numpy())
    changes = np.flatnonzero(ordered[1:] != ordered[:-1])
    edges = np.concatenate([[-1], changes, [len(ordered) - 1]])
    return np.diff(edges) if len(ordered) else np.empty(0, dtype=np.int64)


def _distinct(occurrences: npt.NDArray[np.int64], rows: int) -> int:
    """Distinct values among ``rows``, from how often each occurs in a sample of them: exactly if
    that is all rows, else estimated from the values that occur once (Haas and Stokes, "Estimating
    the number of classes in a finite population", 1998)."""
    sampled, found = int(occurrences.sum()), len(occurrences)
    if sampled == rows or not found:
        return found
    once = int((occurrences == 1).sum())
    return min(rows, round(sampled * found / (sampled - once + once * sampled / rows)))


def _numbers(values: pd.Series) -> npt.NDArray[np.float64]:
    return values.to_numpy(dtype=np.float64)


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
