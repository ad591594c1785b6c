"""A fitted structural model: what it forecasts, and what the forecast is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.holiday_calendar import EVENT_PREFIX
from pipeline.forecast.periods import Periods, times_of
from pipeline.forecast.structural.calendar_columns import calendar_columns, holiday_columns
from pipeline.forecast.structural.layout import Mode, PriorScales, trend_of
from pipeline.forecast.structural.past import Past
from pipeline.forecast.structural.scales import Scales
from pipeline.forecast.structural.structure import Structure
from pipeline.forecast.unpickling import set_state

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_STRUCTURES_KEPT = 64
"""The windows of a test, and most products of a shop, have the same few."""
_PARTS = {"daily": "day", "weekly": "week", "yearly": "year"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StructuralModel:
    """A structure with its most probable parameters.

    Attributes
    ----------
    structure
        What it is made of.
    scales
        What its parameters are measured in.
    changepoints
        Scaled times of the possible rate changes.
    mode
        The parameters; ``beta`` in the order waves, holidays, regressors.
    past
        The newest rows that it was fitted to.
    priors
        The scales of its priors, where the values change and our own engine has fitted it.
    """

    structure: Structure
    scales: Scales
    changepoints: Vector
    mode: Mode
    past: Past
    priors: PriorScales | None = None

    def __setstate__(self, values: list[Any]) -> None:
        set_state(self, values)

    def predict(self, future: Periods) -> Vector:
        """One value per row of ``future`` (``ds``, sorted, and the regressors)."""
        rows = Rows.of(future, self.structure)
        columns = self._columns(rows)
        factor = 1 + columns @ np.where(self.multiplies, self.mode.beta, 0.0)
        added = columns @ np.where(self.multiplies, 0.0, self.mode.beta)
        return np.asarray((self._trend(rows) * factor + added) * self.scales.largest)

    def factor(self, rows: "Rows") -> Vector:
        """What the trend is multiplied by."""
        factors = np.where(self.multiplies, self.mode.beta, 0.0)
        return np.asarray(1 + self._columns(rows) @ factors)

    def components(self, future: Periods) -> dict[str, Vector]:
        """Parts whose sum is the forecast.

        ``level`` is where the trend stood at the end of the history, ``trend`` how it has moved
        since; then ``day``, ``week``, ``year``, ``holidays``, ``event:NAME`` and regressors.
        """
        rows = Rows.of(future, self.structure)
        trend, columns = self._trend(rows), self._columns(rows)
        effects = columns * self.mode.beta * np.where(self.multiplies, trend[:, None], 1.0)
        level = float(trend_of(np.ones(1), self.changepoints, self.mode)[0])
        parts = {"level": np.full(len(trend), level), "trend": trend - level}
        for place, name in enumerate(self.part_names):
            parts[name] = parts.get(name, 0.0) + effects[:, place]
        return {name: part * self.scales.largest for name, part in parts.items()}

    @property
    def multiplies(self) -> NDArray[np.bool_]:
        """Which columns multiply the trend."""
        return multiplied_columns(self.structure)

    @property
    def part_names(self) -> list[str]:
        """The component that each column belongs to."""
        return [
            *(
                _PARTS.get(one.name, one.name)
                for one in self.structure.seasonalities
                for _ in range(2 * one.order)
            ),
            *(_occasion(name) for name in holiday_columns(self.structure.holidays).names),
            *(one.name for one in self.structure.regressors),
        ]

    def _trend(self, rows: "Rows") -> Vector:
        return trend_of(self.scales.t(rows.times), self.changepoints, self.mode)

    def _columns(self, rows: "Rows") -> Matrix:
        return all_columns(rows, self.structure, self.scales)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Times and the values of regressors by name."""

    times: NDArray[np.datetime64]
    regressors: Mapping[str, Vector]

    @classmethod
    def of(cls, frame: Periods, structure: Structure) -> "Rows":
        """The columns of a frame that a structure needs."""
        return cls(
            times_of(frame).values,
            {one.name: frame[one.name].to_numpy(dtype=float) for one in structure.regressors},
        )


def all_columns(rows: Rows, structure: Structure, scales: Scales) -> Matrix:
    """Waves, holidays and standardised regressors, one row per time; not to be written to."""
    calendar = calendar_columns(rows.times, structure.seasonalities, structure.holidays)
    if not structure.regressors:
        return calendar
    return np.hstack([calendar, scales.regressors(rows.regressors, structure.regressors)])


@lru_cache(maxsize=_STRUCTURES_KEPT)
def multiplied_columns(structure: Structure) -> NDArray[np.bool_]:
    """Which columns multiply the trend; not to be written to."""
    holidays = holiday_columns(structure.holidays).names
    ways = [one.way for one in structure.seasonalities for _ in range(2 * one.order)]
    ways += [structure.holidays_way] * len(holidays)
    ways += [one.way for one in structure.regressors]
    multiplies = np.array([way == "multiplicative" for way in ways], dtype=bool)
    multiplies.setflags(write=False)
    return multiplies


@lru_cache(maxsize=_STRUCTURES_KEPT)
def column_scales(structure: Structure) -> Vector:
    """The standard deviation of the prior of each column's coefficient; not to be written to."""
    scales = np.concatenate(
        [
            [one.prior_scale for one in structure.seasonalities for _ in range(2 * one.order)],
            holiday_columns(structure.holidays).prior_scales,
            [one.prior_scale for one in structure.regressors],
        ]
    )
    scales.setflags(write=False)
    return scales


def _occasion(column: str) -> str:
    """``event:NAME`` for what the shop itself knows of, ``holidays`` for the rest."""
    name = column.partition("_delim_")[0]
    if name.startswith(EVENT_PREFIX):
        return f"event:{name.removeprefix(EVENT_PREFIX)}"
    return "holidays"
