"""Prices and covariates that are known for a period, told alike for all products."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.history.prepared import PRICE
from pipeline.forecast.pooled.occasions import NO_KIND, Effects, effects_of
from pipeline.forecast.pooled.pace import Pace
from pipeline.forecast.pooled.past import Columns
from pipeline.forecast.pooled.running import Rows, Running, Values, ratio
from pipeline.forecast.pooled.series import Series
from pipeline.forecast.unpickling import set_state

MOST_LOG_PRICE = 1.5
"""A price that is four times the usual one is another product, or a mistake."""
MOST_DEVIATIONS = 3.0
FLAGS_REMEMBERED = 12
"""Days with a flag whose effect is averaged: a few promotions of some days each."""


@dataclass(frozen=True, slots=True)
class Covariate:
    """A covariate by name; a flag is on or off, and the rarer of the two is what is unusual."""

    name: str
    is_flag: bool
    is_mostly_on: bool = False

    def __setstate__(self, values: list[Any]) -> None:
        set_state(self, values)

    def unusual(self, values: Values) -> NDArray[np.bool_]:
        """Where a flag is not as it is mostly; nowhere of other covariates."""
        if not self.is_flag:
            return np.zeros(len(values), dtype=np.bool_)
        return values <= 0 if self.is_mostly_on else values > 0


class Prices:
    """The price of a period relative to what it lately was on usual days."""

    def __init__(self, series: Series, unusual: NDArray[np.bool_], pace: Pace) -> None:
        self.name = PRICE
        self.is_known_ahead = PRICE in series.covariates
        self._stated = series.covariates.get(PRICE)
        self._past = Running(series.prices)
        self._plain = Running(np.where(unusual, np.nan, series.prices))
        self._pace = pace

    def columns(self, origins: Rows, targets: Rows) -> Columns:
        last = self._past.before(origins, 1)
        price = last if self._stated is None else self._stated[targets]
        rows = self._pace.levels[2]
        plain = self._plain.before(origins, rows)
        usual = np.where(np.isfinite(plain), plain, self._past.before(origins, rows))
        return {"price_ratio": ratio(price, usual), "price_change": ratio(price, last)}

    def deviation(self, origins: Rows, targets: Rows) -> Values:
        """The logarithm of the price over the usual one."""
        relative = self.columns(origins, targets)["price_ratio"]
        logs = np.log(np.where(relative > 0, relative, 1.0))
        return np.clip(logs, -MOST_LOG_PRICE, MOST_LOG_PRICE)


class Flag:
    """A covariate that is on or off, and what it did before."""

    def __init__(self, covariate: Covariate, series: Series, ratios: Values, pace: Pace) -> None:
        self.name, self._pace = covariate.name, pace
        unknown = np.full(len(series.stamps), np.nan)
        self._values = series.covariates.get(covariate.name, unknown)
        self._unusual = covariate.unusual(self._values)
        kinds = np.where(self._unusual, 0, NO_KIND)
        self._share = Running(self._values[: len(series)])
        self._effects: Effects = effects_of(kinds[: len(series)], ratios)
        change = np.diff(self._values, prepend=np.nan) != 0
        rows = np.arange(len(self._values))
        self._since = rows - np.maximum.accumulate(np.where(change, rows, 0))

    def columns(self, origins: Rows, targets: Rows, known: Rows | None = None) -> Columns:
        days_on = np.zeros(len(origins), dtype=np.int64)
        following = np.minimum(targets + 1, (len(self._values) if known is None else known) - 1)
        return {
            self.name: self._values[targets],
            f"{self.name}: next": self._values[following],
            f"{self.name}: since": np.where(
                np.isfinite(self._values[targets]), self._since[targets], np.nan
            ),
            f"{self.name}: share": self._share.before(origins, self._pace.levels[2]),
            f"{self.name}: effect": self._effects.last(days_on, origins, FLAGS_REMEMBERED),
        }

    def deviation(self, _origins: Rows, targets: Rows) -> Values:
        """1 where it is not as it is mostly."""
        return self._unusual[targets].astype(np.float64)


class Number:
    """A covariate of any size, as it is and relative to what it lately was."""

    def __init__(self, name: str, series: Series, pace: Pace) -> None:
        self.name, self._pace = name, pace
        unknown = np.full(len(series.stamps), np.nan)
        self._values = series.covariates.get(name, unknown)
        self._past = Running(self._values[: len(series)])
        self._squares = Running(self._values[: len(series)] ** 2)

    def columns(self, origins: Rows, targets: Rows, _known: Rows | None = None) -> Columns:
        values, rows = self._values[targets], self._pace.year
        mean = self._past.before(origins, rows)
        variance = np.maximum(self._squares.before(origins, rows) - mean**2, 0.0)
        recent = self._past.before(origins, self._pace.levels[1])
        return {
            self.name: values,
            f"{self.name}: relative": ratio(values - mean, np.sqrt(variance)),
            f"{self.name}: change": ratio(values - recent, np.sqrt(variance)),
        }

    def deviation(self, origins: Rows, targets: Rows) -> Values:
        """Its change in standard deviations."""
        change = np.nan_to_num(self.columns(origins, targets)[f"{self.name}: change"])
        return np.clip(change, -MOST_DEVIATIONS, MOST_DEVIATIONS)
