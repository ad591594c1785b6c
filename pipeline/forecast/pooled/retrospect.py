"""One look at a product's past for all forecasts that begin within it.

The tests of a backtest and the final forecast look at the same sales from different days. What a
view tells at an origin depends on the rows before it alone, so that one view serves them all, as it
serves all examples of a product from which trees are grown. What it shows all of them is made at
once, too, unless it is so much that those who stop early would wait for the others.
"""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.history.prepared import History
from pipeline.forecast.periods import Periods, steps_of
from pipeline.forecast.pooled.seen import Seen, seen_ahead, seen_from
from pipeline.forecast.pooled.series import Series, ahead_of, recent, series_of
from pipeline.forecast.pooled.table import Surround, View

MOST_ROWS_AT_ONCE = 512
"""Up to here, what is made of rows costs less than asking for it again."""


class Retrospect:
    """What is learned from a product in the end, and what is known of the periods ahead.

    Parameters
    ----------
    history
        What the final forecast learns from.
    future
        The periods that it forecasts.
    tests
        Of each test the first row that it forecasts, and the one after the last.
    """

    def __init__(
        self, history: History, future: Periods, tests: Sequence[tuple[int, int]] = ()
    ) -> None:
        self._history, self._future, self._tests = history, future, tests
        self._view: View | None = None
        self._seen: dict[tuple[int, int], Seen] = {}

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

    def seen(self, past: Series, future: Periods, surround: Callable[[], Surround]) -> Seen:
        """What is seen of a future that `tells`, in surroundings that are the same whenever it is
        asked for.
        """
        if self._view is None:
            self._view = View(self._series, surround())
            self._seen = self._seen_at_once(self._view)
        origin, steps = self.row_after(past), steps_of(future)
        seen = self._seen.get((origin, origin + len(steps)))
        if seen is None or not np.array_equal(steps, np.arange(1, len(steps) + 1)):
            return seen_ahead(self._view, origin, steps)
        return seen

    def _seen_at_once(self, view: View) -> dict[tuple[int, int], Seen]:
        """By origin and end what all tests and the final forecast see, if it is not too much."""
        end = len(self._series)
        begun = len(self._history) - end
        tests = [(origin - begun, stop - begun) for origin, stop in self._tests]
        spans = [*(span for span in tests if span[0] > 0), (end, len(self._series.stamps))]
        lengths = [stop - origin for origin, stop in spans]
        if sum(lengths) > MOST_ROWS_AT_ONCE:
            return {}
        origins, stops = (np.repeat(each, lengths) for each in zip(*spans, strict=True))
        targets = np.concatenate([np.arange(origin, stop) for origin, stop in spans])
        seen = seen_from(view, origins, targets, stops)
        ends = np.cumsum(lengths).tolist()
        return {
            span: seen.at(slice(last - length, last))
            for span, length, last in zip(spans, lengths, ends, strict=True)
        }

    @cached_property
    def _series(self) -> Series:
        return ahead_of(recent(series_of(self._history)), self._future)


def _numbers(future: Periods, name: str) -> NDArray[np.float64]:
    return np.asarray(future[name].to_numpy(dtype=np.float64))
