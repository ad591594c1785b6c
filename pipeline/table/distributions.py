"""How the values of one column are spread, as JSON."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline.table.scores import finite

_TOP_VALUES = 10
_LONGEST_VALUE = 80
_BINS = 20
_QUANTILES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}


def distribution(values: pd.Series) -> dict[str, Any]:
    """Of numbers: extremes, moments, quantiles and a histogram; infinite ones are counted only."""
    numbers = values.astype("float64")
    is_finite = numbers.abs() < np.inf
    numbers = numbers[is_finite]
    infinite = int((~is_finite).sum())
    if numbers.empty:
        return {"infinite": infinite}
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is shown as unknown
        described: dict[str, Any] = {
            "min": numbers.min(),
            "max": numbers.max(),
            "mean": numbers.mean(),
            "std": numbers.std(),
            **{name: numbers.quantile(share) for name, share in _QUANTILES.items()},
        }
    return {
        **{name: finite(float(value)) for name, value in described.items()},
        "zeros": int((numbers == 0).sum()),
        "infinite": infinite,
        "histogram": _histogram(numbers.to_numpy(dtype=np.float64)),
    }


def date_distribution(present: pd.Series) -> dict[str, Any]:
    """Of dates: the first, the last, and a histogram whose edges are days."""
    moments = present.dt.tz_localize(None) if present.dt.tz is not None else present
    days = moments.to_numpy(dtype="datetime64[s]").astype(np.int64) / 86_400
    histogram = _histogram(days)
    if histogram is not None:
        edges = np.array(histogram["edges"]).astype("datetime64[D]")
        histogram["edges"] = [str(edge) for edge in edges]
    return {"min": str(present.min()), "max": str(present.max()), "histogram": histogram}


def text_distribution(present: pd.Series) -> dict[str, Any]:
    """Of texts and booleans: the most frequent values, how many rows have another, and lengths."""
    counts = present.value_counts()
    top = counts.head(_TOP_VALUES)
    described: dict[str, Any] = {
        "top": [
            {"value": str(value)[:_LONGEST_VALUE], "count": int(count)}
            for value, count in top.items()
        ],
        "other": int(counts.sum() - top.sum()),
    }
    if isinstance(present.dtype, pd.StringDtype) and len(present):
        lengths = present.str.len().to_numpy(dtype=np.float64)
        described["characters"] = {
            "min": int(lengths.min()),
            "mean": round(float(lengths.mean()), 1),
            "max": int(lengths.max()),
        }
    return described


def _histogram(numbers: np.ndarray) -> dict[str, Any] | None:
    """Rows in bins of the same width; None where the range is too wide for a number."""
    with np.errstate(over="ignore"):
        span = numbers.max() - numbers.min()
    if not np.isfinite(span):
        return None
    least, most = float(numbers.min()), float(numbers.max())
    if span == 0 or not np.isfinite((most - least) / _BINS) or least + span / _BINS == least:
        return {"edges": [least, most], "counts": [len(numbers)]}
    counts, edges = np.histogram(numbers, bins=_BINS)
    return {"edges": [float(f"{edge:.6g}") for edge in edges], "counts": counts.tolist()}
