"""Prices and covariates that are known for a period, told alike for all products."""

from dataclasses import dataclass

import numpy as np

from pipeline.forecast.history.prepared import PRICE
from pipeline.forecast.pooled.occasions import NO_KIND, Effects, effects_of
from pipeline.forecast.pooled.pace import Pace
from pipeline.forecast.pooled.past import Columns
from pipeline.forecast.pooled.running import Rows, Running, Values, ratio
from pipeline.forecast.pooled.series import Series

FLAGS_REMEMBERED = 12
"""Days with a flag whose effect is averaged: a few promotions of some days each."""


@dataclass(frozen=True, slots=True)
class Covariate:
    """A covariate by name; a flag is on or off."""

    name: str
    is_flag: bool


class Prices:
    """The price of a period relative to what it lately was."""

    def __init__(self, series: Series, pace: Pace) -> None:
        self._stated = series.covariates.get(PRICE)
        self._past = Running(series.prices)
        self._pace = pace

    def columns(self, origins: Rows, targets: Rows) -> Columns:
        last = self._past.before(origins, 1)
        price = last if self._stated is None else self._stated[targets]
        usual = self._past.before(origins, self._pace.levels[2])
        return {"price_ratio": ratio(price, usual), "price_change": ratio(price, last)}


class Flag:
    """A covariate that is on or off, and what it did before."""

    def __init__(self, name: str, series: Series, ratios: Values, pace: Pace) -> None:
        self._name, self._pace = name, pace
        unknown = np.full(len(series.stamps), np.nan)
        self._values = series.covariates.get(name, unknown)
        kinds = np.where(self._values > 0, 0, NO_KIND)
        self._share = Running(self._values[: len(series)])
        self._effects: Effects = effects_of(kinds[: len(series)], ratios)
        change = np.diff(self._values, prepend=np.nan) != 0
        rows = np.arange(len(self._values))
        self._since = rows - np.maximum.accumulate(np.where(change, rows, 0))

    def columns(self, origins: Rows, targets: Rows) -> Columns:
        known = np.zeros(len(origins), dtype=np.int64)
        following = np.minimum(targets + 1, len(self._values) - 1)
        return {
            self._name: self._values[targets],
            f"{self._name}: next": self._values[following],
            f"{self._name}: since": np.where(
                np.isfinite(self._values[targets]), self._since[targets], np.nan
            ),
            f"{self._name}: share": self._share.before(origins, self._pace.levels[2]),
            f"{self._name}: effect": self._effects.last(known, origins, FLAGS_REMEMBERED),
        }


class Number:
    """A covariate of any size, as it is and relative to what it lately was."""

    def __init__(self, name: str, series: Series, pace: Pace) -> None:
        self._name, self._pace = name, pace
        unknown = np.full(len(series.stamps), np.nan)
        self._values = series.covariates.get(name, unknown)
        self._past = Running(self._values[: len(series)])
        self._squares = Running(self._values[: len(series)] ** 2)

    def columns(self, origins: Rows, targets: Rows) -> Columns:
        values, rows = self._values[targets], self._pace.year
        mean = self._past.before(origins, rows)
        variance = np.maximum(self._squares.before(origins, rows) - mean**2, 0.0)
        recent = self._past.before(origins, self._pace.levels[1])
        return {
            self._name: values,
            f"{self._name}: relative": ratio(values - mean, np.sqrt(variance)),
            f"{self._name}: change": ratio(values - recent, np.sqrt(variance)),
        }
