"""A validated history laid on a regular calendar, which a backtest can cut at any row.

No row means that nothing was sold in that period (0); a row without a quantity means that it is not
known what was sold, and such a period is neither learned from as a zero nor scored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.calendar_effects import CalendarEffects
from pipeline.forecast.calendar.closed_times import ClosedTimes
from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.history.covariates import Assumed
from pipeline.forecast.history.surroundings import Outlook
from pipeline.forecast.periods import PlainPeriods

PRICE = "price"

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class History:
    """What a model may see when it is fitted.

    Attributes
    ----------
    ds
        The time stamps, one per period.
    actual
        The quantities, missing where unknown.
    columns
        ``price`` (the last known one, missing where the data has none) and one array per name in
        ``known`` and ``observed``.
    frequency
        The calendar of the rows.
    known
        Covariates with values for the whole horizon, the only ones a model may use as regressors.
    outlook
        Which of them come from outside, and how far ahead they are forecast.
    assumed
        Which of them are stated for a part of the horizon only, and what they are beyond.
    observed
        Covariates of which nothing is known ahead: by row the newest value that had been seen.
    sold_out
        Rows amid sales that were recognised as without stock, whose quantity is unknown; empty
        where there are none.
    """

    ds: pd.DatetimeIndex
    actual: Values
    columns: Mapping[str, Values]
    frequency: Frequency
    known: tuple[str, ...] = ()
    outlook: Outlook = field(default_factory=Outlook)
    assumed: Mapping[str, Assumed] = field(default_factory=dict)
    observed: tuple[str, ...] = ()
    sold_out: Mask = field(default_factory=lambda: np.empty(0, dtype=np.bool_))

    @classmethod
    def of(
        cls, frame: pd.DataFrame, frequency: Frequency, known: tuple[str, ...] = ()
    ) -> "History":
        """A history from columns ``ds``, ``y`` and those of `columns`."""
        columns = {str(name): frame[name].to_numpy(np.float64) for name in frame.columns[2:]}
        return cls(
            ds=pd.DatetimeIndex(frame["ds"]),
            actual=frame["y"].to_numpy(np.float64),
            columns=columns,
            frequency=frequency,
            known=known,
        )

    def __len__(self) -> int:
        return len(self.actual)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Columns ``ds``, ``y`` and those of `columns`; one row per period."""
        return pd.DataFrame({"ds": self.ds, "y": self.actual, **self.columns})

    @property
    def scored(self) -> Mask:
        """Which rows are demand, to learn from and to be scored: those with a known quantity."""
        return np.isfinite(self.actual)

    @cached_property
    def filled(self) -> Values:
        """The quantities, unknown ones interpolated from the rows of this history alone."""
        known = self.scored
        if known.all():
            return self.actual
        if not known.any():
            return np.zeros(len(self))
        places = np.arange(len(self))
        return np.interp(places, places[known], self.actual[known])

    @property
    def season(self) -> int:
        """Rows after which the pattern repeats."""
        return self.frequency.season(len(self))

    def head(self, rows: int) -> "History":
        """The first ``rows`` rows, as they were known then.

        Rows at their end on which nothing was sold were not known to be sold out: only later sales
        told so. There the quantity is 0.
        """
        actual, sold_out = self.actual[:rows], self.sold_out[:rows]
        if len(sold_out) and sold_out[-1]:
            since_sale = int(np.argmax(actual[::-1] > 0)) if (actual > 0).any() else len(actual)
            late = sold_out & (np.arange(len(actual)) >= len(actual) - since_sale)
            actual, sold_out = np.where(late, 0.0, actual), sold_out & ~late
        return replace(
            self,
            ds=self.ds[:rows],
            actual=actual,
            columns={name: values[:rows] for name, values in self.columns.items()},
            sold_out=sold_out,
        )

    def ahead(self, origin: int, stop: int) -> PlainPeriods:
        """What was known at row ``origin`` of the rows up to ``stop``: no quantities."""
        ds = self.ds[origin:stop]
        rows = {name: self.columns[name][origin:stop] for name in self.known}
        for name, assumed in self.assumed.items():
            last = self.columns[name][origin - 1] if origin else 0.0
            rows[name] = assumed.ahead(float(last), rows[name])
        if self.outlook.rhythms:
            upto = {name: self.columns[name][:stop] for name in self.outlook.rhythms}
            rows |= self.outlook.seen_from(upto, self.ds[:stop], origin, self.frequency)
        return PlainPeriods(ds, np.arange(1, len(ds) + 1), rows)

    def knowing(self, names: tuple[str, ...]) -> "History":
        """The same history for models that use only these covariates."""
        assumed = {name: self.assumed[name] for name in self.assumed if name in names}
        return replace(self, known=names, outlook=self.outlook.of(names), assumed=assumed)

    def observing(self, names: tuple[str, ...]) -> "History":
        """The same history for models that look at no other covariates' past than these."""
        return replace(self, observed=names)

    def with_values(self, values: Values) -> "History":
        """The same rows with other quantities."""
        return replace(self, actual=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A history, the rows to forecast (``ds``, ``step`` and the known covariates), and remarks.

    Attributes
    ----------
    closed_times
        When the shop is regularly closed: there the forecast is 0.
    stock_outs
        Periods that were taken as without stock, though their rows say that nothing was sold.
    effects
        What columns both have that are made of the calendar.
    """

    history: History
    future: pd.DataFrame
    notes: tuple[str, ...]
    closed_times: ClosedTimes = field(default_factory=ClosedTimes)
    stock_outs: tuple[pd.Timestamp, ...] = ()
    effects: CalendarEffects | None = None

    @property
    def covariates(self) -> tuple[str, ...]:
        """The known columns that are not made of the calendar."""
        made = () if self.effects is None else self.effects.names
        return tuple(name for name in self.history.known if name not in made)
