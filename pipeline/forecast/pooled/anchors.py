"""What is usual at a place of the week: means over as many weeks as suit each series."""

import numpy as np

from pipeline.forecast.pooled.running import Rows, Running, Values, mean_of_known, same_place

DEPTHS = (1, 2, 4, 8)
"""Cycles that a place is averaged over: the last one tells a timetable, many tell noisy sales."""
HANDICAPS = np.array([1.4, 1.25, 1.1, 1.0])[:, None]
"""By depth, what errors count: a few cycles told better by chance say little of a month ahead."""
SHARPNESS = 8.0
"""A depth with half the error of another has 256 times its weight; those alike share it."""
LEAST_ERROR = 1e-3
"""Of the level: smaller errors are equally good."""


class Anchors:
    """Means at the same place of the last cycles, weighted by what each was worth lately.

    Parameters
    ----------
    values
        Quantities, nan where unknown or not usual.
    cycle
        Rows after which a place comes again.
    reach
        Rows before an origin over which the means are compared.
    """

    def __init__(self, values: Values, cycle: int, reach: int) -> None:
        self._values, self._cycle, self._reach = values, cycle, reach
        self._level = Running(values)
        rows = np.arange(len(values))
        self._means_at_rows = self._means(rows, rows)
        self._misses = [Running(np.abs(values - means)) for means in self._means_at_rows]

    def at_rows(self) -> Values:
        """What was to be expected of each row by the rows before it."""
        rows = np.arange(len(self._values))
        return np.asarray((self._shares(self._errors(rows)) * self._means_at_rows).sum(axis=0))

    def expected(self, origins: Rows, targets: Rows) -> Values:
        """What the cycles before each origin let expect; nan where they tell nothing."""
        shares = self._shares(self._errors(origins))
        return np.asarray((shares * self._means(origins, targets)).sum(axis=0))

    def trust(self, origins: Rows) -> tuple[Values, Values]:
        """The error of the best mean, and how much of the weight the last cycle alone has."""
        errors = self._errors(origins)
        return errors.min(axis=0), self._shares(errors)[0]

    def _errors(self, origins: Rows) -> Values:
        level = self._level.before(origins, self._reach)
        errors = np.array([misses.before(origins, self._reach) for misses in self._misses])
        least = LEAST_ERROR * np.where(level > 0, level, 1.0)
        unknown = np.isnan(errors)
        return np.maximum(
            np.where(unknown, np.where(unknown, 0.0, errors).max(axis=0), errors), least
        )

    @staticmethod
    def _shares(errors: Values) -> Values:
        counted = HANDICAPS * errors
        weights = (counted.min(axis=0) / counted) ** SHARPNESS
        return np.asarray(weights / weights.sum(axis=0))

    def _means(self, origins: Rows, targets: Rows) -> Values:
        places = same_place(self._values, origins, targets, self._cycle, DEPTHS[-1])
        means = np.array([mean_of_known(places[:, :depth]) for depth in DEPTHS])
        return np.where(np.isfinite(means), means, means[-1])
