"""A method for arrays, fitted to a history: without its known effects, with its seasons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.history.prepared import History
from pipeline.forecast.newest import Newest
from pipeline.forecast.periods import Periods, steps_of, times_of
from pipeline.forecast.statistical.effects import Adjusted, Effects, adjusted, adjusted_again
from pipeline.forecast.statistical.long_seasons import (
    Fit,
    Fitted,
    WithLongSeasons,
    fit_with_long_seasons,
)
from pipeline.forecast.statistical.parts import DAY, WEEK, YEAR, Rhythm, parts_of
from pipeline.forecast.statistical.regressors import changing_covariates
from pipeline.forecast.statistical.short_year import ShortYear
from pipeline.forecast.unpickling import set_state

Array = NDArray[np.float64]

_DAYS_PER_YEAR = 365.25
_MOST_ROWS = 6_000
"""What was further back says little, and takes its time."""


@dataclass(frozen=True, slots=True)
class FittedToHistory:
    """A fitted method, the effects that it knows nothing of, and the rhythms of its rows;
    ``changing`` as of `Adjusted`, ``short_year`` where the method knows no year either."""

    fitted: Fitted
    effects: Effects | None
    rhythms: tuple[Rhythm, ...] = ()
    changing: tuple[str, ...] | None = None
    short_year: ShortYear | None = None

    def __setstate__(self, values: list[Any]) -> None:
        set_state(self, values)

    def predict(self, future: Periods) -> Array:
        """One value per row of ``future`` (``ds``, ``step``, known covariates)."""
        plain = self.fitted.predict(steps_of(future))
        if self.short_year is not None:
            plain = plain * self.short_year.factors(times_of(future))
        return plain if self.effects is None else plain + self.effects.of(plain, future)

    def components(self, future: Periods) -> dict[str, Array]:
        """Parts of the forecast that add up to it."""
        parts = dict(parts_of(self.fitted, steps_of(future), self.rhythms))
        plain = np.sum(list(parts.values()), axis=0)
        if self.short_year is not None:
            parts[YEAR] = plain * (self.short_year.factors(times_of(future)) - 1)
            plain = plain + parts[YEAR]
        return parts if self.effects is None else {**parts, **self.effects.parts(plain, future)}


def rhythms_of(frequency: Frequency) -> tuple[Rhythm, ...]:
    """After how many rows short patterns repeat, the shortest first."""
    if frequency.unit is Unit.HOUR:
        rhythms = Rhythm(DAY, 24 // frequency.step), Rhythm(WEEK, 168 // frequency.step)
        return tuple(one for one in rhythms if one.rows > 1)
    named = {Unit.DAY: (Rhythm(WEEK, 7),), Unit.WEEK: (), Unit.MONTH: (Rhythm(YEAR, 12),)}
    return named[frequency.unit]


def seasons_of(frequency: Frequency) -> tuple[int, ...]:
    """Rows after which short patterns repeat, the shortest first."""
    return tuple(one.rows for one in rhythms_of(frequency))


def year_of_rows(history: History, context: FitContext) -> float | None:
    """How many rows a year has, where its pattern is wanted and two years are known."""
    lengths = {Unit.DAY: _DAYS_PER_YEAR, Unit.WEEK: _DAYS_PER_YEAR / 7}
    year = lengths.get(history.frequency.unit)
    if year is None or not context.spec.yearly_seasonality or len(history) < 2 * year:
        return None
    return year


def fit_to_history(fit: Fit) -> Callable[[History, FitContext], FittedToHistory]:
    """A method that knows one season, as a way to fit a history."""

    def fit_to(history: History, context: FitContext) -> FittedToHistory:
        plain = _plain(history, context, _newest.of(history, context))
        return plain.fitted(fit_with_long_seasons(fit, plain.values, plain.seasons, plain.year))

    return fit_to


def go_on_with_one_season(
    again: Callable[[Array, Any], Fitted],
) -> Callable[[History, FitContext, FittedToHistory], FittedToHistory]:
    """A method that knows one season and goes on from where it was, as a way to fit a history."""

    def go_on(history: History, context: FitContext, before: FittedToHistory) -> FittedToHistory:
        fitted = before.fitted
        inner = fitted.fitted if isinstance(fitted, WithLongSeasons) else fitted
        plain = _plain(history, context, _adjusted_again(history, context, before))
        now = fit_with_long_seasons(
            lambda values, _: again(values, inner), plain.values, plain.seasons, plain.year
        )
        return plain.fitted(now)

    return go_on


def fit_all_seasons_to_history(
    fit: Callable[[Array, tuple[int, ...], float | None], Fitted],
) -> Callable[[History, FitContext], FittedToHistory]:
    """A method that knows all seasons, as a way to fit a history."""

    def fit_to(history: History, context: FitContext) -> FittedToHistory:
        plain = _plain(history, context, _newest.of(history, context))
        return plain.fitted(fit(plain.values, plain.seasons, plain.year))

    return fit_to


def go_on_with_all_seasons(
    go_on: Callable[[Array, tuple[int, ...], float | None, Any], Fitted],
) -> Callable[[History, FitContext, FittedToHistory], FittedToHistory]:
    """A method that knows all seasons and goes on from where it was, as a way to fit a history."""

    def fit_again(
        history: History, context: FitContext, before: FittedToHistory
    ) -> FittedToHistory:
        plain = _plain(history, context, _adjusted_again(history, context, before))
        return plain.fitted(go_on(plain.values, plain.seasons, plain.year, before.fitted))

    return fit_again


def fit_rate_to_history(
    fit: Callable[[Array], Fitted],
) -> Callable[[History, FitContext], FittedToHistory]:
    """A method for rare demand, as a way to fit a history as it is."""

    def fit_to(history: History, _context: FitContext) -> FittedToHistory:
        return FittedToHistory(fit(history.filled), None)

    return fit_to


@dataclass(frozen=True, slots=True)
class _Plain:
    """What a method for arrays learns from: the newest values without known effects, after how many
    rows they repeat, and how many a year has where the method may know it."""

    values: Array
    seasons: tuple[int, ...]
    year: float | None
    rhythms: tuple[Rhythm, ...]
    known: Adjusted
    short_year: ShortYear | None

    def fitted(self, fitted: Fitted) -> FittedToHistory:
        known = self.known
        return FittedToHistory(fitted, known.effects, self.rhythms, known.changing, self.short_year)


def _plain(history: History, context: FitContext, known: Adjusted) -> _Plain:
    year = year_of_rows(history, context)
    short_year = ShortYear.of(history, context) if year is None else None
    values = known.values
    if short_year is not None:
        values = values / short_year.factors(history.ds)
    seasons, rhythms = seasons_of(history.frequency), rhythms_of(history.frequency)
    return _Plain(values[-_MOST_ROWS:], seasons, year, rhythms, known, short_year)


def _adjusted_again(history: History, context: FitContext, before: FittedToHistory) -> Adjusted:
    """What had an effect before has one still; where nothing had, effects are looked for again only
    if other covariates have changed by now."""
    if before.effects is not None:
        return adjusted_again(history, context, before.effects)
    if before.changing == changing_covariates(history):
        return Adjusted(history.filled, None, before.changing)
    return _newest.of(history, context)


_newest = Newest(adjusted)
