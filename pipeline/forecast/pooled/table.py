"""The table that trees learn from: a row per pair of an origin and a period ahead of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.pooled.beside import Covariate, Flag, Number, Prices
from pipeline.forecast.pooled.dates import DATE_FEATURES, date_features
from pipeline.forecast.pooled.group_view import GroupView
from pipeline.forecast.pooled.observed import Observed
from pipeline.forecast.pooled.occasions import REMEMBERED, effects_by_occasion, occasions
from pipeline.forecast.pooled.pace import pace_of
from pipeline.forecast.pooled.parts import KNOWN_EFFECT
from pipeline.forecast.pooled.past import Columns, Past
from pipeline.forecast.pooled.responses import Responses
from pipeline.forecast.pooled.running import Rows, Values
from pipeline.forecast.pooled.series import Series

Table = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surround:
    """What is known around a product: its calendar, its groups, the covariates in use that are
    known ahead, and the names of those of which only the past is.
    """

    holidays: HolidayCalendar
    groups: Mapping[str, GroupView] = field(default_factory=dict)
    covariates: Sequence[Covariate] = ()
    observed: Sequence[str] = ()


class View:
    """A series as trees see it."""

    def __init__(self, series: Series, surround: Surround) -> None:
        pace = pace_of(series.frequency)
        self.series = series
        unusual = _unusual(series, surround.covariates)
        self.past = Past(series.values, np.where(unusual, np.nan, series.values), pace)
        ratios = self.past.over_usual
        self._holidays = surround.holidays
        self._kinds = occasions(series.stamps, series.frequency, surround.holidays)
        self._effects = effects_by_occasion(self._kinds, ratios)
        self._prices = Prices(series, unusual, pace)
        self._covariates = [
            Flag(one, series, ratios, pace) if one.is_flag else Number(one.name, series, pace)
            for one in surround.covariates
        ]
        unseen = np.full(len(series), np.nan)
        self._observed = [
            Observed(name, series.observed.get(name, unseen), pace) for name in surround.observed
        ]
        self._responding = [*self._covariates, *[self._prices] * self._prices.is_known_ahead]
        self._responses = self._learned_responses()
        self._groups = [
            (name, group, group.row_of(series.stamps[0])) for name, group in surround.groups.items()
        ]

    def table(
        self, origins: Rows, targets: Rows, *, known: Rows | None = None
    ) -> tuple[tuple[str, ...], Table]:
        """Names and values of the features of each pair; one origin can be that of all targets.

        Of covariates the first ``known`` rows are known to each pair, by default all. New features
        belong at the end: stored trees know those that they were grown with by place.
        """
        kinds = {name: each[targets] for name, each in self._kinds.items()}
        scale = self.past.scale(origins)
        columns: Columns = {
            "step": (targets - origins + 1).astype(np.float64),
            **self.past.levels(origins, scale),
            **self.past.at_place(origins, targets, scale),
            **self.past.last_year(origins, targets, scale),
            **self._prices.columns(origins, targets),
        }
        for name, of_days in kinds.items():
            effects = self._effects[name]
            columns[f"{name}_effect"] = effects.last(of_days, origins, REMEMBERED[name])
        if "event" in kinds:
            columns["is_event"] = (kinds["event"] >= 0).astype(np.float64)
        for covariate in self._covariates:
            columns |= covariate.columns(origins, targets, known)
        for name, group, first in self._groups:
            of_group = group.columns(origins + first, targets + first, kinds)
            columns |= {f"{name}: {each}": column for each, column in of_group.items()}
        columns |= self.past.surprises(origins, scale)
        columns[KNOWN_EFFECT] = self.responses(origins, targets).sum(axis=1)
        for observed in self._observed:
            columns |= observed.columns(origins, targets)
        stamps, frequency = self.series.stamps[targets], self.series.frequency
        return _joined(date_features(stamps, frequency, self._holidays), columns)

    @property
    def responding(self) -> list[str]:
        """The covariates that sales respond to."""
        return [one.name for one in self._responding]

    def responses(self, origins: Rows, targets: Rows) -> Values:
        """How sales respond to each of them: the logarithm of a factor on the usual."""
        if self._responses is None:
            return np.zeros((len(targets), 0))
        return self._responses.effects(origins, self._deviations(origins, targets))

    def _learned_responses(self) -> Responses | None:
        if not self._responding:
            return None
        rows = np.arange(len(self.series))
        every = self.past.pace.levels[1]
        return Responses(self._deviations(rows, rows), self.past.over_usual, every)

    def _deviations(self, origins: Rows, targets: Rows) -> Values:
        return np.column_stack([one.deviation(origins, targets) for one in self._responding])


def _joined(dates: Values, columns: Columns) -> tuple[tuple[str, ...], Table]:
    names = (*DATE_FEATURES, *columns)
    table = np.empty((len(dates), len(names)), dtype=np.float32)
    table[:, : len(DATE_FEATURES)] = dates
    for place, column in enumerate(columns.values(), start=len(DATE_FEATURES)):
        table[:, place] = column
    return names, table


def _unusual(series: Series, covariates: Sequence[Covariate]) -> NDArray[np.bool_]:
    """The past periods in which a flag is not as it is mostly."""
    unusual = np.zeros(len(series), dtype=np.bool_)
    for covariate in covariates:
        values = series.covariates.get(covariate.name)
        if values is not None:
            unusual |= covariate.unusual(values[: len(series)])
    return unusual
