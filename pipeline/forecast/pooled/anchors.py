"""What is usual at a place of the week, or of the day: by the means that suit each series."""

from collections.abc import Sequence

import numpy as np

from pipeline.forecast.pooled.running import Rows, Running, Values, mean_of_known, ratio, same_place

DEPTHS = (1, 2, 4, 8)
"""Cycles that a place is averaged over: the last one tells a timetable, many tell noisy sales."""
HANDICAPS = (1.4, 1.25, 1.1, 1.0)
"""By depth, what errors count: a few cycles told better by chance say little of a month ahead."""
LEVEL_HANDICAP = 1.2
"""Of many cycles moved to the level of the last one, which may be gone in a month."""
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
    cycles
        Rows after which a place comes again, longest first: the week, then the day.
    reach
        Rows before an origin over which the means are compared.
    """

    def __init__(self, values: Values, cycles: Sequence[int], reach: int) -> None:
        self._values, self._cycles, self._reach = values, cycles, reach
        self._handicaps = np.append(np.tile(HANDICAPS, len(cycles)), LEVEL_HANDICAP)[:, None]
        self._level = Running(values)
        rows = np.arange(len(values))
        means = self._means(rows, rows)
        many = means[len(DEPTHS) - 1]
        both = np.isfinite(values) & np.isfinite(many)
        self._met = Running(np.where(both, values, np.nan))
        self._awaited = Running(np.where(both, many, np.nan))
        self._means_at_rows = self._with_level(means, rows)
        self._misses = Running(np.abs(values - self._means_at_rows))

    def at_rows(self) -> Values:
        """What was to be expected of each row by the rows before it."""
        rows = np.arange(len(self._values))
        return np.asarray((self._shares(self._errors(rows)) * self._means_at_rows).sum(axis=0))

    def expected(self, origins: Rows, targets: Rows) -> Values:
        """What the cycles before each origin let expect; nan where they tell nothing."""
        shares = self._shares(self._errors(origins))
        return np.asarray(
            (shares * self._with_level(self._means(origins, targets), origins)).sum(axis=0)
        )

    def trust(self, origins: Rows) -> tuple[Values, Values]:
        """The error of the best mean, and how much of the weight the last cycle alone has."""
        errors = self._errors(origins)
        return errors.min(axis=0), self._shares(errors)[0]

    def _errors(self, origins: Rows) -> Values:
        level = self._level.before(origins, self._reach)
        errors = self._misses.before(origins, self._reach)
        least = LEAST_ERROR * np.where(level > 0, level, 1.0)
        unknown = np.isnan(errors)
        return np.maximum(
            np.where(unknown, np.where(unknown, 0.0, errors).max(axis=0), errors), least
        )

    def _shares(self, errors: Values) -> Values:
        counted = self._handicaps * errors
        weights = (counted.min(axis=0) / counted) ** SHARPNESS
        return np.asarray(weights / weights.sum(axis=0))

    def _with_level(self, means: Values, origins: Rows) -> Values:
        """And the mean over many cycles, moved to the level of the last one."""
        rows = self._cycles[-1]
        level = ratio(self._met.before(origins, rows), self._awaited.before(origins, rows))
        many = means[len(DEPTHS) - 1]
        return np.vstack([means, np.where(np.isfinite(level), level, 1.0) * many])

    def _means(self, origins: Rows, targets: Rows) -> Values:
        found: list[Values] = []
        for cycle in self._cycles:
            places = same_place(self._values, origins, targets, cycle, DEPTHS[-1])
            found += [mean_of_known(places[:, :depth]) for depth in DEPTHS]
        means = np.array(found)
        return np.where(np.isfinite(means), means, means[len(DEPTHS) - 1])
