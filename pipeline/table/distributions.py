"""How the values of one column are spread, as JSON.

Extremes, moments and counts are of all values; quantiles, histograms and frequent values are of a
sample of them, which is all of them unless the table is large.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.table.scores import finite

_TOP_VALUES = 10
_LONGEST_VALUE = 80
_BINS = 20
_QUANTILES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
_SECONDS_PER_DAY = 86_400

Numbers = npt.NDArray[np.float64]


def distribution(numbers: Numbers, sample: Numbers | None = None) -> dict[str, Any]:
    """Of numbers: extremes, moments, quantiles and a histogram; infinite ones are counted only.
    None may be missing."""
    infinite = int(np.isinf(numbers).sum())
    numbers = numbers[np.isfinite(numbers)] if infinite else numbers
    if not len(numbers):
        return {"infinite": infinite}
    shown = numbers if sample is None else sample[np.isfinite(sample)]
    least, most = float(numbers.min()), float(numbers.max())
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is shown as unknown
        described = {
            "min": least,
            "max": most,
            "mean": float(numbers.mean()),
            "std": float(numbers.std(ddof=1)) if len(numbers) > 1 else None,
            **_quantiles(shown),
        }
    return {
        **{name: finite(value) for name, value in described.items()},
        "zeros": len(numbers) - int(np.count_nonzero(numbers)),
        "infinite": infinite,
        "histogram": _histogram(shown, least, most),
    }


def date_distribution(present: pd.Series, sample: pd.Series | None = None) -> dict[str, Any]:
    """Of dates: the first, the last, and a histogram whose edges are days."""
    days = _days(present)
    shown = days if sample is None else _days(sample)
    histogram = _histogram(shown, float(days.min()), float(days.max()))
    if histogram is not None:
        edges = np.array(histogram["edges"]).astype("datetime64[D]")
        histogram["edges"] = [str(edge) for edge in edges]
    return {"min": str(present.min()), "max": str(present.max()), "histogram": histogram}


def text_distribution(present: pd.Series, counts: pd.Series) -> dict[str, Any]:
    """Of texts and booleans: the most frequent values by ``counts``, how many rows have another,
    and lengths."""
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


def _quantiles(numbers: Numbers) -> dict[str, float | None]:
    if not len(numbers):
        return dict.fromkeys(_QUANTILES)
    found = np.quantile(numbers, list(_QUANTILES.values()))
    return dict(zip(_QUANTILES, found.tolist(), strict=True))


def _days(moments: pd.Series) -> Numbers:
    """Days since 1970, by the clock of the place."""
    local = moments.dt.tz_localize(None) if moments.dt.tz is not None else moments
    seconds = local.to_numpy(dtype="datetime64[s]").astype(np.int64)
    return np.asarray(seconds / _SECONDS_PER_DAY, dtype=np.float64)


def _histogram(numbers: Numbers, least: float, most: float) -> dict[str, Any] | None:
    """Rows in bins of the same width between two values; None where the range is too wide for a
    number."""
    span = most - least
    if not np.isfinite(span):
        return None
    if span == 0 or not np.isfinite(span / _BINS) or least + span / _BINS == least:
        return {"edges": [least, most], "counts": [len(numbers)]}
    counts, edges = np.histogram(numbers, bins=_BINS, range=(least, most))
    return {"edges": [float(f"{edge:.6g}") for edge in edges], "counts": counts.tolist()}
