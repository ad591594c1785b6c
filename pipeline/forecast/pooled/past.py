"""What a series' past says of a period ahead, as it looked at the origin of a forecast.

Everything is relative to the recent level at the origin, so that products of any size are alike.
"""

import numpy as np

from pipeline.forecast.pooled.anchors import Anchors
from pipeline.forecast.pooled.pace import Pace
from pipeline.forecast.pooled.running import (
    Rows,
    Running,
    Values,
    at,
    mean_of_known,
    ratio,
    same_place,
)

LEAST_SHARE_OF_YEAR = 0.2
"""A product that pauses is forecast on the scale of a fifth of its year, not of nothing."""
MOST_TIMES_USUAL = 5.0
"""A day with more than five times what is usual tells nothing more about its kind."""
LEAST_USUAL = 0.05
"""Where nothing was usual the trees begin at a twentieth of the level: a factor cannot lift 0."""
PLACES = 8
"""Cycles that a place is averaged over, as many as the longest level of daily rows has."""
LATEST = 3
"""Rows that show what is happening now, before a whole cycle does."""
CYCLES = ("week", "day")
"""Names of the cycles of a pace."""

Columns = dict[str, Values]


class Past:
    """Sums over a series that make the features of any origin and period quick to tell.

    Parameters
    ----------
    values
        All quantities.
    plain
        The same without the periods of promotions, whose level is not the usual one.

    Attributes
    ----------
    over_usual
        Each quantity over what was usual at the row before it.
    """

    def __init__(self, values: Values, plain: Values, pace: Pace) -> None:
        self.pace, self._values, self._plain = pace, values, plain
        self._all, self._usual = Running(values), Running(plain)
        self._squares = Running(plain**2)
        self._sold = Running(np.where(np.isfinite(values), values > 0, np.nan))
        rows = np.where(values > 0, np.arange(len(values)), -1)
        self._last_sale = np.concatenate([[-1], np.maximum.accumulate(rows)])
        self._anchors = Anchors(plain, pace.cycles, 2 * pace.levels[2]) if pace.cycles else None
        usual = self._usual_at_rows()
        self.over_usual = np.minimum(ratio(values, usual), MOST_TIMES_USUAL)
        both = np.isfinite(plain) & np.isfinite(usual)
        self._met = Running(np.where(both, plain, np.nan))
        self._awaited = Running(np.where(both, usual, np.nan))

    def scale(self, origins: Rows) -> Values:
        """The recent level at each origin; nan before anything was sold."""
        recent = self._recent(origins, self.pace.levels[2])
        year = LEAST_SHARE_OF_YEAR * self._all.before(origins, self.pace.year)
        scale = np.fmax(recent, year)
        return np.where(scale > 0, scale, np.nan)

    def usual(self, origins: Rows, targets: Rows) -> Values:
        """What the last cycles say of each period."""
        level = self._recent(origins, self.pace.levels[1])
        if self._anchors is None:
            return level
        at_place = self._anchors.expected(origins, targets)
        return np.where(np.isfinite(at_place), at_place, level)

    def expected(self, origins: Rows, targets: Rows, scale: Values) -> Values:
        """The logarithm of what is usual relative to the scale, where the trees begin."""
        share = ratio(self.usual(origins, targets), scale)
        return np.log(np.maximum(np.nan_to_num(share, nan=1.0), LEAST_USUAL))

    def surprises(self, origins: Rows, scale: Values) -> Columns:
        """How the newest rows compare to what was usual, and how well the usual tells sales."""
        if self._anchors is None:
            return {}
        spans = {"latest": LATEST} | dict(zip(CYCLES, self.pace.cycles, strict=False))
        error, lively = self._anchors.trust(origins)
        columns = {"usual_error": error / scale, "usual_lively": lively}
        for name, rows in spans.items():
            surprise = ratio(self._met.before(origins, rows), self._awaited.before(origins, rows))
            columns[f"surprise_{name}"] = np.minimum(surprise, MOST_TIMES_USUAL)
        return columns

    def levels(self, origins: Rows, scale: Values) -> Columns:
        """Recent levels, how much they spread, and how often anything is sold."""
        short, middle, long = self.pace.levels
        level = self._recent(origins, middle)
        variance = self._squares.before(origins, middle) - level**2
        return {
            "last_value": self._all.before(origins, 1) / scale,
            "level_short": self._recent(origins, short) / scale,
            "level_middle": level / scale,
            "level_before": self._all.mean(origins - 2 * long, origins - long) / scale,
            "level_year": self._all.before(origins, self.pace.year) / scale,
            "spread": np.sqrt(np.maximum(variance, 0.0)) / scale,
            "sold_share": self._sold.before(origins, middle),
            "sold_share_long": self._sold.before(origins, 2 * long),
            "since_sale": (origins - 1 - at(self._last_sale, origins)).astype(np.float64),
            "age": np.minimum(origins, 2 * self.pace.year).astype(np.float64),
        }

    def at_place(self, origins: Rows, targets: Rows, scale: Values) -> Columns:
        """What was sold at the same place of the last weeks, and of the last days."""
        columns: Columns = {}
        for cycle, name in zip(self.pace.cycles, CYCLES, strict=False):
            places = same_place(self._plain, origins, targets, cycle, PLACES) / scale[:, None]
            columns |= {
                f"{name}_last": places[:, 0],
                f"{name}_short": mean_of_known(places[:, : PLACES // 2]),
                f"{name}_long": mean_of_known(places),
                f"{name}_median": np.sort(places, axis=1)[:, PLACES // 2],
            }
        return columns

    def last_year(self, origins: Rows, targets: Rows, scale: Values) -> Columns:
        """Last year around the date, relative to the level of last year at the origin's date."""
        near, year = self.pace.near, self.pace.year
        back = year * ((targets - origins + near) // year + 1)
        centre, start = targets - back, targets - back - near // 2
        level = self._all.before(origins - back, self.pace.levels[2], at_least=self.pace.levels[0])
        around = self._all.mean(start, start + near)
        wide = self._all.mean(start - near, np.minimum(start + 2 * near, origins))
        same = at(self._values, np.minimum(centre, origins - 1))
        return {
            "year_around": ratio(around, level),
            "year_wide": ratio(wide, level),
            "year_same": ratio(same, level),
            "year_growth": ratio(scale, level),
        }

    def _usual_at_rows(self) -> Values:
        level = self._recent(np.arange(len(self._values)), self.pace.levels[1])
        if self._anchors is None:
            return level
        at_place = self._anchors.at_rows()
        return np.where(np.isfinite(at_place), at_place, level)

    def _recent(self, origins: Rows, rows: int) -> Values:
        """The mean without promotions, or with them where nothing else was sold."""
        usual = self._usual.before(origins, rows)
        return np.where(np.isfinite(usual), usual, self._all.before(origins, rows))
