"""The story of one series: compare methods, choose, judge the choice, fit it to everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.forecast.candidates.candidate import FitFailureError
from pipeline.series.clock import Clock
from pipeline.series.comparison import (
    ENSEMBLE,
    Comparison,
    choose,
    fit_window,
    has_time,
    scale_before,
)
from pipeline.series.intervals import Intervals, intervals_of_engine, learn_intervals
from pipeline.series.methods.common import Common
from pipeline.series.methods.method import Ahead, Array, Fitted, Past, fit_method, forecast
from pipeline.series.methods.registry import BASELINE, ENGINE, METHODS
from pipeline.series.methods.whole_engine import (
    FittedEngine,
    is_known_to_the_engine,
    least_rows,
)
from pipeline.series.season import find_season
from pipeline.series.windows import Plan, Window, plan_windows

FEWEST_FITS = 3
"""Of the engine: for one window that decides, one that judges, and the forecast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Forecast and actual values of past periods that the forecasts had not seen, none missing.

    ``scale`` is the error of the seasonal naive forecast before each window.
    """

    periods: Array
    actual: Array
    predicted: Array
    lower: Array
    upper: Array
    scale: Array

    @property
    def is_empty(self) -> bool:
        return len(self.actual) == 0


def nothing_judged() -> Judged:
    """Of a series that was not tested."""
    none = np.empty(0)
    return Judged(periods=none, actual=none, predicted=none, lower=none, upper=none, scale=none)


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedSeries:
    """The forecast of one series. It can be pickled.

    Attributes
    ----------
    names
        Its value of each group column.
    next
        The number of the first period ahead.
    rows
        Periods of its history.
    algorithm
        A method or ``ensemble``.
    members
        The fitted methods by name whose average is the forecast.
    simple
        The fitted seasonal naive method.
    covariates
        By name, what is assumed for the periods ahead; the last one stands for all later ones.
    """

    names: tuple[str, ...]
    next: int
    rows: int
    algorithm: str
    members: Mapping[str, Fitted]
    simple: Fitted
    intervals: Intervals
    covariates: Mapping[str, Array]
    signed: bool

    @property
    def looked_back(self) -> frozenset[str]:
        """The covariates of which only the past is used."""
        engines = (one for one in self.members.values() if isinstance(one, FittedEngine))
        return frozenset(name for one in engines for name in one.looked_back)

    def predict(self, ahead: Ahead, candidate: str | None = None) -> Array:
        """One value per period ahead, of the choice or of one method that is held."""
        if candidate is None or candidate == self.algorithm:
            used: Sequence[Fitted] = tuple(self.members.values())
        else:
            used = (self.members.get(candidate, self.simple),)
        return np.asarray(
            np.mean([forecast(one, ahead, signed=self.signed) for one in used], axis=0)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one series."""

    fitted: FittedSeries
    past: Past
    comparison: Comparison
    training: Judged
    test: Judged
    baseline: Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A series with its season and windows; ``ahead`` is what is known of the periods ahead."""

    names: tuple[str, ...]
    past: Past
    plan: Plan
    ahead: Mapping[str, Array]

    @property
    def label(self) -> str:
        return " / ".join(self.names) or "the series"

    def knowing(self, common: Common | None) -> "Planned":
        """With what all series have in common."""
        return replace(self, past=replace(self.past, common=common))

    def within(self, names: Sequence[str], clock: Clock) -> "Planned":
        """With as many windows as leave rows and time for the engine, or all if it has none in any
        case.
        """
        if ENGINE not in names or not is_known_to_the_engine(self.past):
            return self
        plan = self.plan.after(least_rows(self.past))
        fits = [one for one in (plan, plan.shorter()) if has_time(ENGINE, self.past, one, clock)]
        return replace(self, plan=fits[0]) if fits else self

    def without_windows(self) -> "Planned":
        """For a series that there is no time to judge."""
        return replace(self, plan=Plan((), ()))


def plan_series(
    past: Past, names: tuple[str, ...], ahead: Mapping[str, Array], horizon: int, test_size: float
) -> Planned:
    """Find the season of a series, and which parts of it to forecast as a test."""
    past = replace(past, season=find_season(past.actual, past.calendar))
    plan = plan_windows(len(past), horizon, test_size, past.season)
    return Planned(names=names, past=past, plan=plan, ahead=ahead)


def finish_series(planned: Planned, comparison: Comparison, wanted: str, clock: Clock) -> Outcome:
    """Choose, judge the choice on the newest windows and fit it to everything.

    A method that cannot be fitted any more leaves the choice, at the latest for the seasonal naive
    one, which fits every series. That one alone is left where there was no time to compare.
    """
    if not comparison.forecasts:
        comparison.add(BASELINE, [], planned.past, ())
        comparison.was_scored = False
        planned = planned.without_windows()
    while True:
        members = choose(comparison, planned.past, planned.plan, wanted)
        try:
            return _finish(planned, comparison, members, clock)
        except _LostMethodError as lost:
            comparison.drop(lost.name, lost.why)


class _LostMethodError(Exception):
    """A method of the choice could not be fitted to more rows."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


def _finish(
    planned: Planned, comparison: Comparison, members: tuple[str, ...], clock: Clock
) -> Outcome:
    past, plan = planned.past, planned.plan
    tested = {
        name: [_fit_before(name, past, window, clock) for window in plan.test]
        for name in dict.fromkeys((*members, BASELINE))
    }
    chosen = [comparison.mean_of(members, place) for place in range(len(plan.selection))]
    later = [
        np.mean([tested[name][place][1] for name in members], axis=0)
        for place in range(len(plan.test))
    ]
    before = _intervals(past, plan.selection, chosen, until=_first_test(past, plan))
    at_tests = [
        _own_intervals([tested[name][place][0] for name in members], past) or before
        for place in range(len(plan.test))
    ]
    fitted = {name: _fit(name, past) for name in members}
    windows, forecasts = (*plan.selection, *plan.test), [*chosen, *later]
    return Outcome(
        fitted=FittedSeries(
            names=planned.names,
            next=past.first + len(past),
            rows=len(past),
            algorithm=members[0] if len(members) == 1 else ENSEMBLE,
            members=fitted,
            simple=fit_method(METHODS[BASELINE], past),
            intervals=_own_intervals(list(fitted.values()), past)
            or _intervals(past, windows, forecasts, until=len(past)),
            covariates=planned.ahead,
            signed=past.signed,
        ),
        past=past,
        comparison=comparison,
        training=_judged(past, plan.selection, chosen, [before] * len(chosen)),
        test=_judged(past, plan.test, later, at_tests),
        baseline=_judged(
            past, plan.test, [values for _, values in tested[BASELINE]], [before] * len(plan.test)
        ),
    )


def _own_intervals(members: Sequence[Fitted], past: Past) -> Intervals | None:
    """Of the engine, where it alone is the forecast."""
    if len(members) == 1 and isinstance(members[0], FittedEngine):
        return intervals_of_engine(members[0], signed=past.signed)
    return None


def _fit_before(name: str, past: Past, window: Window, clock: Clock) -> tuple[Fitted, Array]:
    try:
        return fit_window(name, past, window, clock)
    except FitFailureError as failure:
        raise _LostMethodError(name, str(failure)) from failure


def _fit(name: str, past: Past) -> Fitted:
    try:
        return fit_method(METHODS[name], past)
    except FitFailureError as failure:
        raise _LostMethodError(name, str(failure)) from failure


def _first_test(past: Past, plan: Plan) -> int:
    return plan.test[0].origin if plan.test else len(past)


def _intervals(
    past: Past, windows: Sequence[Window], forecasts: Sequence[Array], *, until: int
) -> Intervals:
    """From errors in periods before ``until``."""
    pairs = []
    for window, values in zip(windows, forecasts, strict=True):
        stop = min(window.reach, until)
        actual = past.actual[window.origin : stop]
        pairs.append((values[: len(actual)], actual))
    return learn_intervals(pairs, past.filled[:until], signed=past.signed, season=past.season)


def _judged(
    past: Past,
    windows: Sequence[Window],
    forecasts: Sequence[Array],
    intervals: Sequence[Intervals],
) -> Judged:
    parts = [_judge(past, *told) for told in zip(windows, forecasts, intervals, strict=True)]
    table = np.hstack(parts) if parts else np.empty((6, 0))
    table = table[:, np.isfinite(table[1])]
    periods, actual, predicted, lower, upper, scale = table
    return Judged(
        periods=periods,
        actual=actual,
        predicted=predicted,
        lower=lower,
        upper=upper,
        scale=scale,
    )


def _judge(past: Past, window: Window, values: Array, intervals: Intervals) -> Array:
    width = window.stop - window.origin
    steps = np.arange(1, width + 1, dtype=np.int64)
    predicted = values[:width]
    lower, upper = intervals.around(predicted, steps)
    return np.vstack(
        [
            past.first + np.arange(window.origin, window.stop, dtype=np.float64),
            past.actual[window.origin : window.stop],
            predicted,
            lower,
            upper,
            np.full(width, scale_before(past, window)),
        ]
    )
