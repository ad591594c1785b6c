"""What the columns of a table have in common, as JSON: gaps in the same rows, and correlations."""

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

_MOST_PATTERNS = 10
_MOST_COLUMNS = 100
_MOST_PAIRS = 30
_ROWS = 20_000
_LEAST_CORRELATION = 0.3
_LEAST_ROWS = 10


def missing_patterns(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Which columns are missing together, with the number of rows, the most frequent first; rows
    with nothing missing are left out."""
    gaps = frame.isna()
    columns = [str(name) for name, has_gaps in gaps.any().items() if has_gaps]
    if not columns:
        return []
    places = gaps.any().to_numpy(dtype=bool)
    packed = np.packbits(gaps.to_numpy(dtype=bool)[:, places], axis=1)
    counts = Counter(map(bytes, packed))
    counts.pop(bytes(packed.shape[1]), None)
    return [
        {"columns": _named(pattern, columns), "rows": rows}
        for pattern, rows in counts.most_common(_MOST_PATTERNS)
    ]


def correlations(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Pairs of columns of numbers with their rank correlation (Spearman), the strongest first."""
    names = [name for name in frame.columns if frame[name].dtype.kind in "iufb"]
    if len(frame) > _ROWS:
        frame = frame.sample(_ROWS, random_state=0)
    numbers = frame[names[:_MOST_COLUMNS]].astype("float64").rank()
    if numbers.shape[1] < 2 or len(numbers) < _LEAST_ROWS:
        return []
    with np.errstate(divide="ignore", invalid="ignore"):  # constant columns have no correlation
        found = numbers.corr(min_periods=_LEAST_ROWS).to_numpy()
    first, second = np.triu_indices(len(found), k=1)
    strength = np.nan_to_num(np.abs(found[first, second]))
    strongest = np.argsort(-strength, kind="stable")[:_MOST_PAIRS]
    return [
        {
            "columns": [str(numbers.columns[first[i]]), str(numbers.columns[second[i]])],
            "correlation": round(float(found[first[i], second[i]]), 4),
        }
        for i in strongest
        if strength[i] >= _LEAST_CORRELATION
    ]


def _named(pattern: bytes, columns: list[str]) -> list[str]:
    is_missing = np.unpackbits(np.frombuffer(pattern, dtype=np.uint8), count=len(columns))
    return [name for name, gap in zip(columns, is_missing, strict=True) if gap]
