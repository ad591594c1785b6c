"""What is known of each covariate in the past and ahead, told apart, so that nothing leaks.

A covariate is known ahead if it is stated for the whole forecast. Two kinds may be so without: a
rare promotion counts as off where nobody states it, and a price that lasts stays what it was. Of
all others only what was seen before the forecast is known. All are treated alike in tests on past
sales: there, too, a model sees no more of the days ahead than it will when it is used.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

LASTING = ("price",)
"""Numbers that stay as they are until somebody decides otherwise."""
MOST_TIMES_ON = 1 / 7
"""A flag that is on more often than that says too little about days on which it is not stated."""
LEAST_ROWS_BETWEEN_CHANGES = 28
"""A price that changes more often than that on average will hardly last through a forecast."""
LEAST_OBSERVED_SHARE = 0.5
"""A column of which less is known tells of too few periods what came after it."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Assumed:
    """A covariate of which only ``reach`` rows ahead are stated: then off, or as it last was."""

    reach: int
    is_flag: bool

    def ahead(self, last: float, stated: Values) -> Values:
        """The rows ahead as far as they would be known, after the row with the value ``last``."""
        seen = stated[: self.reach]
        then = 0.0 if self.is_flag else float(seen[-1] if len(seen) else last)
        return np.concatenate([seen, np.full(len(stated) - len(seen), then)])


@dataclass(frozen=True, slots=True)
class Covariates:
    """Columns that are known ahead, with a value in every row, and those of them with assumptions;
    those of which only the past is known, by row of the history what had been seen by then; and
    those of no use.
    """

    columns: dict[str, Values] = field(default_factory=dict)
    assumed: dict[str, Assumed] = field(default_factory=dict)
    observed: dict[str, Values] = field(default_factory=dict)
    constant: tuple[str, ...] = ()
    without_future: tuple[str, ...] = ()


def sort_out(stated: Mapping[str, Values], rows: int, names: Iterable[str]) -> Covariates:
    """Which covariates can be used, and with what values.

    Parameters
    ----------
    stated
        By name one value per row of the history and of the forecast, missing where not stated.
    rows
        Rows of the history.
    names
        Which of them are covariates.
    """
    columns, assumed, observed = {}, {}, {}
    constant, without_future = [], []
    for name in names:
        values = stated[name]
        known = values[np.isfinite(values)]
        if len(np.unique(values[:rows][np.isfinite(values[:rows])])) < 2:
            constant.append(name)
            continue
        is_flag = bool(np.isin(known, (0.0, 1.0)).all())
        reach = _reach(values[rows:])
        if reach < len(values) - rows:
            if not _may_be_assumed(name, values[:rows], is_flag):
                if _is_worth_observing(name, values[:rows]):
                    observed[name] = as_seen(values[:rows])
                else:
                    without_future.append(name)
                continue
            assumed[name] = Assumed(reach, is_flag)
        columns[name] = np.where(np.isfinite(values), values, 0.0) if is_flag else carried(values)
    return Covariates(columns, assumed, observed, tuple(constant), tuple(without_future))


def carried(values: Values) -> Values:
    """Each missing value as the last one before it, those at the start as the first one after."""
    known = np.isfinite(values)
    if known.all() or not known.any():
        return values
    last = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    return np.asarray(values[np.where(last < 0, int(np.argmax(known)), last)], dtype=np.float64)


def _is_worth_observing(name: str, past: Values) -> bool:
    """The newest price is looked at in any case."""
    return name not in LASTING and bool(np.isfinite(past).mean() >= LEAST_OBSERVED_SHARE)


def as_seen(past: Values) -> Values:
    """By row the newest value that was known after it; missing before the first one.

    What comes late today (its newest rows are missing) came as late in the past.
    """
    known = np.flatnonzero(np.isfinite(past))
    first, late = int(known[0]), len(past) - 1 - int(known[-1])
    seen = np.full(len(past), np.nan)
    seen[first + late :] = carried(past[first:])[: len(past) - first - late]
    return seen


def _reach(ahead: Values) -> int:
    """Up to which row ahead every value is stated."""
    missing = ~np.isfinite(ahead)
    return int(np.argmax(missing)) if missing.any() else len(ahead)


def _may_be_assumed(name: str, past: Values, is_flag: bool) -> bool:
    if is_flag:
        return float(np.nansum(past)) <= MOST_TIMES_ON * len(past)
    changes = int(np.count_nonzero(np.diff(carried(past))))
    return name in LASTING and changes * LEAST_ROWS_BETWEEN_CHANGES <= len(past)
