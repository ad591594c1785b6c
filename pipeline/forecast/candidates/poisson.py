"""The Poisson regression candidate: calendar effects that multiply, growth, the recent level."""

from collections.abc import Sequence, Sized
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.candidates.calendar_blocks import calendar_table
from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.candidates.features import (
    DAYS_PER_YEAR,
    HOLIDAY_COLUMNS,
    YEAR_COLUMNS,
    event_features,
)
from pipeline.forecast.candidates.log_linear import LogLinear, fit_log_linear
from pipeline.forecast.candidates.month_effects import MONTHS, month_columns, share_of_chance
from pipeline.forecast.history.levels import Levels, at_levels, levels_of
from pipeline.forecast.history.prepared import History
from pipeline.forecast.newest import Newest
from pipeline.forecast.periods import Periods, times_of
from pipeline.forecast.unpickling import set_state

PENALTY = 0.02
MOST_CHANCE = 0.5
"""Of what tells the months apart, for them to have effects of their own: a month that brings a
twelfth of the sales then keeps more than half of what it is beside a smooth year."""
HALF_LIFE_DAYS, COARSE_HALF_LIFE_DAYS = 365, 3 * 365
"""Of the weight of a row; a year of weeks or months tells little of the year."""
LEVEL_DECAY, COARSE_LEVEL_DECAY = 0.96, 0.8
"""What a row counts beside the next one in the recent level: that of days is a mean over about a
month, that of weeks and months over about five of them."""
LEVEL_ROWS = 56
LEVEL_PRIOR = 0.04
"""Share of the rows that count in the level that is taken to have been as the effects say."""
_HOLIDAYS, _YEAR = len(HOLIDAY_COLUMNS), len(YEAR_COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How dates and covariates become the columns of the regression."""

    frequency: Frequency
    holidays: HolidayCalendar
    slots: NDArray[np.int64]
    with_year: bool
    known: tuple[str, ...]
    means: NDArray[np.float64]
    deviations: NDArray[np.float64]
    levels: tuple[Levels, ...] = ()
    with_months: bool = False

    def __setstate__(self, values: list[Any]) -> None:
        """Models of former releases know nothing of levels and months."""
        set_state(self, values)

    def table(self, ds: pd.DatetimeIndex, covariates: NDArray[np.float64]) -> NDArray[np.float64]:
        """One row per period: place in the season, holidays, year, events, covariates, which of
        its few values a covariate has, and, last, the month."""
        calendar = calendar_table(ds, self.frequency, self.holidays)
        slots = self.frequency.slots(ds)[:, None] == self.slots
        events = event_features(ds, self.frequency, self.holidays)
        scaled = (covariates - self.means) / self.deviations
        peculiar = at_levels(covariates.T, self.levels)
        months = [month_columns(ds)] if self.with_months else []
        known = calendar if self.with_year else calendar[:, :_HOLIDAYS]
        return np.column_stack([slots, known, events, scaled, *peculiar, *months])


@dataclass(frozen=True, slots=True)
class FittedPoisson:
    """A regression and the factor between it and recent sales."""

    regression: Any
    design: Design
    size: float

    @property
    def year(self) -> NDArray[np.float64]:
        """The coefficients of `year_columns`; without a year there are none."""
        first = len(self.design.slots) + _HOLIDAYS
        known = _YEAR if self.design.with_year else 0
        return np.asarray(self.regression.coefficients[first : first + known])

    def predict(self, future: Periods) -> NDArray[np.float64]:
        covariates = _stacked([future[name].to_numpy(float) for name in self.design.known], future)
        table = self.design.table(times_of(future), covariates)
        return np.asarray(self.regression.predict(table) * self.size, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """What the regression learns from; values are relative to their mean, ages in years."""

    ds: pd.DatetimeIndex
    covariates: NDArray[np.float64]
    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    ages: NDArray[np.float64]

    def fit(
        self, design: Design, penalty_of_months: float = 0.0
    ) -> tuple[LogLinear, NDArray[np.float64]]:
        """The regression as of the newest row, and what it says of all rows.

        Where a year is known, sales may also grow or shrink with the years: otherwise a month that
        was last seen eleven months ago would seem to bring less in a shop that grows.
        """
        table = design.table(self.ds, self.covariates)
        known = table.shape[1]
        penalty = np.full(known + design.with_year, PENALTY)
        if design.with_months:
            penalty[known - MONTHS : known] = penalty_of_months
        if design.with_year:
            table = np.column_stack([table, self.ages])
        found = fit_log_linear(table, self.values, self.weights, penalty, len(design.slots))
        return LogLinear(found.intercept, found.coefficients[:known]), found.predict(table)


def fit_poisson(history: History, context: FitContext) -> FittedPoisson:
    """Fit the calendar effects, newer rows counting more, then match the recent level.

    The last fit is kept, for methods that borrow its year.
    """
    return _newest.of(history, context)


def year_columns(
    ds: pd.DatetimeIndex, frequency: Frequency, holidays: HolidayCalendar
) -> NDArray[np.float64]:
    """The waves of the year, and of its weekends, at each time stamp."""
    return calendar_table(ds, frequency, holidays)[:, _HOLIDAYS:]


def _fit(history: History, context: FitContext) -> FittedPoisson:
    size = float(history.filled.mean())
    values = history.filled / size
    covariates = _stacked([history.columns[name] for name in history.known], history)
    age_days = history.frequency.days(1000) / 1000 * np.arange(float(len(values)))[::-1]
    half_life_days, level_decay = _memory(history.frequency)
    rows = _Rows(
        ds=history.ds,
        covariates=covariates,
        values=values,
        weights=0.5 ** (age_days / half_life_days),
        ages=age_days / DAYS_PER_YEAR,
    )
    design = _design(history, context, covariates)
    regression, expected = rows.fit(design)
    if design.with_year and history.frequency.unit is not Unit.WEEK:  # which may lie in two months
        chance = share_of_chance(history.ds, values, expected)
        if chance < MOST_CHANCE:
            design = replace(design, with_months=True)
            regression, expected = rows.fit(design, chance / (1 - chance) / MONTHS)
    recent = values[-LEVEL_ROWS:]
    decay = level_decay ** np.arange(len(recent))[::-1]
    as_expected = LEVEL_PRIOR / (1 - level_decay)
    level = (recent @ decay + as_expected) / (expected[-LEVEL_ROWS:] @ decay + as_expected)
    return FittedPoisson(regression, design, size * float(level))


_newest = Newest(_fit)


def poisson_settings(history: History, _context: FitContext) -> dict[str, Any]:
    """The penalty and how fast old rows lose weight."""
    half_life_days, level_decay = _memory(history.frequency)
    return {"alpha": PENALTY, "half_life_days": half_life_days, "level_decay": level_decay}


def has_sales(history: History, _context: FitContext) -> bool:
    """Whether anything was sold at all."""
    return bool(history.filled.sum() > 0)


def _memory(frequency: Frequency) -> tuple[int, float]:
    """How fast rows lose weight in the calendar effects and in the level."""
    if frequency.is_daily_or_finer:
        return HALF_LIFE_DAYS, LEVEL_DECAY
    return COARSE_HALF_LIFE_DAYS, COARSE_LEVEL_DECAY


def _stacked(columns: Sequence[NDArray[np.float64]], rows: Sized) -> NDArray[np.float64]:
    return np.column_stack(columns) if columns else np.empty((len(rows), 0))


def _design(history: History, context: FitContext, covariates: NDArray[np.float64]) -> Design:
    deviations = covariates.std(axis=0)
    has_slots = history.season > 1 and history.frequency.is_daily_or_finer
    slots = history.frequency.slots(history.ds if has_slots else history.ds[-1:])
    return Design(
        frequency=history.frequency,
        holidays=context.holidays,
        slots=np.flatnonzero(np.bincount(slots)),
        with_year=context.models_year,
        known=history.known,
        means=covariates.mean(axis=0),
        deviations=np.where(deviations > 0, deviations, 1.0),
        levels=levels_of({name: history.columns[name] for name in history.known}),
    )
