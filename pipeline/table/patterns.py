"""What the columns of a table have in common, as JSON: gaps in the same rows, and correlations."""

from typing import Any

import numpy as np
import numpy.typing as npt
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
    missing = {str(name): frame[name].isna().to_numpy(dtype=bool) for name in frame.columns}
    gaps = {name: places for name, places in missing.items() if places.any()}
    keys = _keys(list(gaps.values()), len(frame))
    rows = np.flatnonzero(keys)
    numbers, _ = pd.factorize(keys[rows])
    counts = np.bincount(numbers)
    found = []
    for number in np.argsort(-counts, kind="stable")[:_MOST_PATTERNS]:
        row = rows[np.argmax(numbers == number)]
        columns = [name for name, places in gaps.items() if places[row]]
        found.append({"columns": columns, "rows": int(counts[number])})
    return found


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


def _keys(gaps: list[npt.NDArray[np.bool_]], rows: int) -> npt.NDArray[np.uint64]:
    """A number for each row that tells which columns are missing in it, 0 for none: of 64 bits by
    chance for each column, so that no two sets of columns have the same."""
    keys = np.zeros(rows, dtype=np.uint64)
    signs = np.random.default_rng(0).integers(1, 2**64, size=len(gaps), dtype=np.uint64)
    for sign, places in zip(signs, gaps, strict=True):
        keys[places] ^= sign
    return keys
