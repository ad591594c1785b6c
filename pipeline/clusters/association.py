"""How much each column of few values has to do with the other columns.

A category splits the rows into perfectly separate groups whatever it means. Only one that goes
along with other columns says something about the kinds of rows that there are; one that goes along
with nothing must not make clusters of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

Array = npt.NDArray[Any]

FEW_VALUES = 10
LEAST_WEIGHT = 0.2
MOST_WEIGHT = 0.7
_FULL_WEIGHT_AT = 0.3
_BINS = 6
_MOST_BINS = 20
_CERTAINTY = 0.001
_MOST_PARTNERS = 60


def binned(column: Array) -> Array:
    """Whole numbers from 0 for what ``column`` holds, -1 where it is missing: its values if they
    are few, else bins of equal numbers of rows."""
    is_there = ~np.isnan(column)
    result = np.full(len(column), -1)
    present = column[is_there]
    values, places = np.unique(present, return_inverse=True)
    if len(values) > FEW_VALUES:
        edges = np.unique(np.quantile(present, np.linspace(0, 1, _BINS + 1)[1:-1]))
        places = np.searchsorted(edges, present, side="right")
    result[is_there] = places
    return result


def weights(
    discrete: Mapping[str, Array], others: Mapping[str, Sequence[Array]]
) -> dict[str, float]:
    """A weight from ``LEAST_WEIGHT`` to 1 for each column of ``discrete``.

    Parameters
    ----------
    discrete
        The binned values of each column of few values.
    others
        The binned features of each column of the table, those of ``discrete`` too.

    Returns
    -------
    dict
        By the strongest bias-corrected Cramér's V (Bergsma 2013) with a feature of another column
        that is beyond chance; a table of one column has nothing to compare and weighs 1.
    """
    if len(others) == 1:
        return dict.fromkeys(discrete, 1.0)
    return {name: _weight(name, values, others) for name, values in discrete.items()}


def _weight(name: str, values: Array, others: Mapping[str, Sequence[Array]]) -> float:
    partners = [part for other, parts in others.items() if other != name for part in parts]
    stride = max(1, len(partners) // _MOST_PARTNERS)
    tried = partners[::stride]
    strongest = max(cramers_v(values, part, _CERTAINTY / len(tried)) for part in tried)
    return float(np.clip(strongest * MOST_WEIGHT / _FULL_WEIGHT_AT, LEAST_WEIGHT, MOST_WEIGHT))


def cramers_v(first: Array, second: Array, chance: float) -> float:
    """Bias-corrected Cramér's V of two columns of bins, 0 if chance explains their table with a
    probability of more than ``chance``."""
    is_there = (first >= 0) & (second >= 0)
    a, b = np.minimum(first[is_there], _MOST_BINS), np.minimum(second[is_there], _MOST_BINS)
    rows = len(a)
    if rows == 0:
        return 0.0
    width = int(b.max()) + 1
    table = np.bincount(a * width + b, minlength=(int(a.max()) + 1) * width).reshape(-1, width)
    table = table[table.any(axis=1)][:, table.any(axis=0)]
    height, width = table.shape
    if min(height, width) < 2:
        return 0.0
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / rows
    statistic = float(((table - expected) ** 2 / expected).sum())
    if chi2.sf(statistic, (height - 1) * (width - 1)) > chance:
        return 0.0
    bias = (height - 1) * (width - 1) / (rows - 1)
    tall, wide = height - (height - 1) ** 2 / (rows - 1), width - (width - 1) ** 2 / (rows - 1)
    return float(np.sqrt(max(0.0, statistic / rows - bias) / max(min(tall, wide) - 1, 1e-9)))
