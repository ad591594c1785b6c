"""The periods to forecast as plain arrays: of a data frame, the dozen candidates of a product would
spend more time on asking for columns than most of them need to forecast.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TIME, STEP = "ds", "step"


class Periods(Protocol):
    """Rows to forecast: ``ds``, ``step`` and known covariates by name, each with ``to_numpy``. A
    data frame is such a thing, too.
    """

    def __len__(self) -> int: ...

    def __getitem__(self, name: str, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Column:
    """Values that are asked for as those of a data frame are."""

    values: NDArray[Any]

    def to_numpy(self, dtype: Any = None) -> NDArray[Any]:
        """The values, not to be written to."""
        return self.values if dtype is None else self.values.astype(dtype, copy=False)


class PlainPeriods:
    """Periods that cost nothing to ask."""

    __slots__ = ("_columns", "ds", "steps")

    def __init__(
        self, ds: pd.DatetimeIndex, steps: NDArray[np.int64], known: Mapping[str, NDArray[Any]]
    ) -> None:
        self.ds, self.steps = ds, steps
        self._columns: dict[str, Any] = {TIME: ds, STEP: Column(steps)}
        self._columns |= {name: Column(values) for name, values in known.items()}

    def __len__(self) -> int:
        return len(self.ds)

    def __getitem__(self, name: str, /) -> Any:
        return self._columns[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns."""
        return tuple(self._columns)


def steps_of(periods: Periods) -> NDArray[np.int64]:
    """How far ahead each of the periods is, 1 for the first."""
    return np.asarray(periods[STEP].to_numpy(), dtype=np.int64)


def times_of(periods: Periods) -> pd.DatetimeIndex:
    """The time stamps of periods."""
    ds = periods[TIME]
    return ds if isinstance(ds, pd.DatetimeIndex) else pd.DatetimeIndex(ds)
