"""Covariates of few values, each of which may have an effect of its own: kinds of days, classes of
discounts. A straight line through them would have code 3 do three times what code 1 does.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.calendar_effects import BY_WEEKDAY
from pipeline.forecast.history.prepared import PRICE

MOST_VALUES = 8
"""A column of more values is an amount."""
LEAST_ROWS = 5
"""Of a value that was seen less often, the line through the others tells more."""

Values = NDArray[np.float64]
Levels = tuple[float, ...]


def levels_of(columns: Mapping[str, Values]) -> tuple[Levels, ...]:
    """By column the values that may have an effect of their own: those that a column of three to
    eight values takes in five rows or more, but for the most usual one. A price has none: it is an
    amount, however few there were. Nor has what a flag does by weekday: it is an effect already.
    """
    return tuple(_often(values) if _may_have(name) else () for name, values in columns.items())


def at_levels(columns: Iterable[Values], levels: Sequence[Levels]) -> list[Values]:
    """1 in the rows at which a column has one of its levels, else 0: one array per level.

    Without any ``levels``, as in models of former releases, there are none.
    """
    each = ((values == one for one in of) for values, of in zip(columns, levels, strict=False))
    return [is_there.astype(np.float64) for is_there in chain.from_iterable(each)]


def _may_have(name: str) -> bool:
    return name != PRICE and not name.endswith(BY_WEEKDAY)


def _often(values: Values) -> Levels:
    if len(np.unique(values[: MOST_VALUES + 1])) > MOST_VALUES:
        return ()
    found, rows = np.unique(values, return_counts=True)
    if not 2 < len(found) <= MOST_VALUES:
        return ()
    is_level = rows >= LEAST_ROWS
    is_level[np.argmax(rows)] = False
    return tuple(found[is_level].tolist())
