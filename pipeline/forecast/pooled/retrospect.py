"""One view of a product's past for all forecasts that begin within it.

The tests of a backtest and the final forecast look at the same sales from different days. What a
view tells at an origin depends on the rows before it alone, so that one view serves them all, as it
serves all examples of a product from which trees are grown.
"""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.history.prepared import History
from pipeline.forecast.periods import Periods, steps_of
from pipeline.forecast.pooled.series import Series, ahead_of, recent, series_of
from pipeline.forecast.pooled.table import Surround, View


class Retrospect:
    """What is learned from a product in the end, and what is known of the periods ahead.

    Parameters
    ----------
    history
        What the final forecast learns from.
    future
        The periods that it forecasts.
    """

    def __init__(self, history: History, future: Periods) -> None:
        self._history, self._future = history, future
        self._view: View | None = None

    def tells(self, past: Series, future: Periods) -> bool:
        """Whether this past began as that one, and went on as ``future`` says.

        A test may have learned from other values, such as from an outlier that nobody could know to
        be one yet, or been told other weather than what came; tests of months may end before the
        years begin that are looked at in the end.
        """
        whole, stop = self._series, self.row_after(past)
        first, ahead = len(past) - stop, stop - 1 + steps_of(future)
        return (
            stop > 0
            and first >= 0
            and past.stamps[first] == whole.stamps[0]
            and ahead.max() < len(whole.stamps)
            and past.covariates.keys() == whole.covariates.keys()
            and np.array_equal(past.values[first:], whole.values[:stop], equal_nan=True)
            and all(
                np.array_equal(_numbers(future, name), values[ahead], equal_nan=True)
                for name, values in whole.covariates.items()
            )
        )

    def row_after(self, past: Series) -> int:
        """The row that comes after a past."""
        return int(np.searchsorted(self._series.stamps, past.stamps[-1], side="right"))

    def view(self, surround: Callable[[], Surround]) -> View:
        """The view of it all, in surroundings that are the same whenever it is asked for."""
        if self._view is None:
            self._view = View(self._series, surround())
        return self._view

    @cached_property
    def _series(self) -> Series:
        return ahead_of(recent(series_of(self._history)), self._future)


def _numbers(future: Periods, name: str) -> NDArray[np.float64]:
    return np.asarray(future[name].to_numpy(dtype=np.float64))
