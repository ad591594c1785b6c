"""How far clusters agree with a column that they were not made of."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

_BINS = 10
_MOST_CLASSES = 50


def agreement_with(column: pd.Series, labels: npt.NDArray[np.int64]) -> dict[str, float]:
    """The adjusted Rand index and the normalised mutual information of ``labels`` and ``column``,
    which is cut into ten bins if it holds many different numbers; empty where nothing can be
    compared."""
    is_there = column.notna().to_numpy()
    values, found = column[is_there], labels[is_there]
    if pd.api.types.is_numeric_dtype(values.dtype) and values.nunique() > _MOST_CLASSES:
        values = pd.qcut(values.astype("float64"), _BINS, labels=False, duplicates="drop")
    codes, distinct = pd.factorize(values)
    if len(distinct) < 2:
        return {}
    return {
        "target_adjusted_rand": round(float(adjusted_rand_score(codes, found)), 4),
        "target_mutual_information": round(float(normalized_mutual_info_score(codes, found)), 4),
    }
