"""A covariate of which only the past is known, as it looked at the origin of a forecast.

Everything counts in the usual deviations of the product's own last year, so that products of any
size are alike.
"""

import numpy as np

from pipeline.forecast.pooled.pace import Pace
from pipeline.forecast.pooled.past import Columns
from pipeline.forecast.pooled.running import Rows, Running, Values, at, ratio

CYCLES_BACK = (1, 2, 4)
"""Whatever comes before sales mostly does so within a month; how long before differs."""


class Observed:
    """What was seen of a covariate before each origin, and nothing of later rows.

    Parameters
    ----------
    name
        Begins the names of its features.
    seen
        By past row the newest value that had been seen by then.
    """

    def __init__(self, name: str, seen: Values, pace: Pace) -> None:
        self._name, self._seen, self._pace = name, seen, pace
        self._all, self._squares = Running(seen), Running(seen**2)

    def columns(self, origins: Rows, targets: Rows) -> Columns:
        """The newest value, the mean of the last cycle, and what was seen some rows before the
        target, as far as that was before the origin.
        """
        mean = self._all.before(origins, self._pace.year)
        variance = self._squares.before(origins, self._pace.year) - mean**2
        cycle = self._pace.levels[0]
        found = {"last": self._all.before(origins, 1), "recent": self._all.before(origins, cycle)}
        for rows in (1, cycle // 2, *(cycle * times for times in CYCLES_BACK)):
            back = targets - rows
            found[f"{rows} before"] = np.where(back < origins, at(self._seen, back), np.nan)
        return {
            f"{self._name}: {each}": ratio(values - mean, np.sqrt(np.maximum(variance, 0.0)))
            for each, values in found.items()
        }
