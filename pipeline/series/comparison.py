"""Methods compared on the selection windows of one series, and the choice between them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.forecast.candidates.candidate import FitFailureError
from pipeline.forecast.selection.metrics import naive_scale
from pipeline.series.clock import Clock
from pipeline.series.methods.method import Ahead, Array, Fitted, Past, fit_method, forecast
from pipeline.series.methods.registry import BASELINE, ENGINE, METHODS
from pipeline.series.windows import Plan, Window

ENSEMBLE = "ensemble"
_MEMBERS = 3
_CLOSE = 1.3
"""A member's error may be so many times the best one's."""
_SINGLE_MARGIN = 0.05
"""An average replaces a single method unless that is better by this share."""
_WITHOUT_TEST = ("theta", BASELINE)

BeforeFit = Callable[[str], None]


@dataclass(slots=True)
class Comparison:
    """By method: its forecasts of the selection windows, its error, and seconds spent on it.

    An error is the mean absolute error in units of the in-sample error of the seasonal naive
    forecast, averaged over the windows; without windows (``was_scored``) it says nothing.
    """

    forecasts: dict[str, list[Array]] = field(default_factory=dict)
    errors: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    short_of_time: list[str] = field(default_factory=list)
    was_scored: bool = True

    def add(self, name: str, forecasts: list[Array], past: Past, windows: Sequence[Window]) -> None:
        self.forecasts[name] = forecasts
        self.errors[name] = scaled_error(forecasts, past, windows)

    def drop(self, name: str, why: str) -> None:
        """Take a method out that failed later."""
        self.failures[name] = why
        for told in (self.forecasts, self.errors):
            told.pop(name, None)
            told.pop(ENSEMBLE, None)

    def mean_of(self, members: Sequence[str], window: int) -> Array:
        """The average forecast of some methods in a window."""
        return np.asarray(np.mean([self.forecasts[name][window] for name in members], axis=0))


def compare(
    past: Past,
    plan: Plan,
    names: Sequence[str],
    clock: Clock,
    before_fit: BeforeFit,
    comparison: Comparison,
) -> None:
    """Let every named method forecast the selection windows, as far as there is time.

    ``comparison`` is filled as it goes, so that what raises in ``before_fit`` loses nothing.
    """
    shortest = plan.selection[0].origin if plan.selection else len(past)
    first, reserved = head(past, shortest), 0.0
    for name in names:
        method = METHODS[name]
        if shortest < method.minimum_rows:
            continue
        if not has_time(name, past, plan, clock, reserved):
            comparison.short_of_time.append(name)
            continue
        newest = first.tail(method.most_rows)
        if not (newest.has_values and method.is_applicable(newest)):
            continue
        if method.seconds:
            before_fit(name)
        started = clock.now()
        try:
            made = [forecast_window(name, past, window, clock) for window in plan.selection]
        except FitFailureError as failure:
            comparison.failures[name] = str(failure)
            continue
        comparison.add(name, made, past, plan.selection)
        comparison.seconds[name] = clock.now() - started
        if name == ENGINE:
            reserved = _to_finish(name, past, plan, clock)


def has_time(name: str, past: Past, plan: Plan, clock: Clock, reserved: float = 0.0) -> bool:
    """Whether a method can forecast all windows and be fitted to everything: the engine, which then
    is the choice; of the others, of which a part is chosen, half of what comes after the choice.
    """
    method = METHODS[name]
    after = len(plan.test) + 1 if name == ENGINE else (len(plan.test) + 2) // 2
    return clock.has_time(
        name,
        method.seconds,
        fits=len(plan.selection) + after,
        rows=min(len(past), method.most_rows),
        reserved=reserved,
    )


def _to_finish(name: str, past: Past, plan: Plan, clock: Clock) -> float:
    """Seconds for the test windows and the fit to everything."""
    method, fits = METHODS[name], len(plan.test) + 1
    return clock.needed(name, method.seconds, fits=fits, rows=min(len(past), method.most_rows))


def forecast_window(name: str, past: Past, window: Window, clock: Clock) -> Array:
    """The forecast of a window and beyond, by a method fitted before it."""
    return fit_window(name, past, window, clock)[1]


def fit_window(name: str, past: Past, window: Window, clock: Clock) -> tuple[Fitted, Array]:
    """A method fitted before a window, and its forecast of the window and beyond."""
    started = clock.now()
    known = head(past, window.origin)
    fitted = fit_method(METHODS[name], known)
    values = forecast(fitted, within(past, window.origin, window.reach), signed=past.signed)
    clock.learn(name, clock.now() - started, min(len(known), METHODS[name].most_rows))
    return fitted, values


def choose(comparison: Comparison, past: Past, plan: Plan, wanted: str) -> tuple[str, ...]:
    """The method, or the methods whose average is the forecast, with the smallest error.

    ``wanted`` comes first, if it could be fitted, then the engine, which has chosen and combined
    within the past of each window. Of the others up to three whose errors are close are averaged,
    because a few windows are little evidence.
    """
    for name in (wanted, ENGINE):
        if name in comparison.forecasts:
            return (name,)
    if not plan.selection:
        return tuple(name for name in _WITHOUT_TEST if name in comparison.forecasts)
    comparison.errors.pop(ENSEMBLE, None)
    ranked = sorted(comparison.errors, key=lambda name: (comparison.errors[name], name))
    best = ranked[0]
    close = [name for name in ranked if comparison.errors[name] <= _CLOSE * comparison.errors[best]]
    members = tuple(close[:_MEMBERS])
    if len(members) < 2:
        return (best,)
    together = [comparison.mean_of(members, place) for place in range(len(plan.selection))]
    error = scaled_error(together, past, plan.selection)
    comparison.errors[ENSEMBLE] = error
    return members if error * (1 - _SINGLE_MARGIN) <= comparison.errors[best] else (best,)


def scaled_error(forecasts: Sequence[Array], past: Past, windows: Sequence[Window]) -> float:
    """Mean over the windows; 0 where there is nothing to compare with."""
    errors = []
    for window, values in zip(windows, forecasts, strict=True):
        actual = past.actual[window.origin : window.stop]
        off = np.abs(actual - values[: len(actual)])
        if np.isfinite(off).any():
            errors.append(float(np.nanmean(off)) / scale_before(past, window))
    return float(np.mean(errors)) if errors else 0.0


def scale_before(past: Past, window: Window) -> float:
    """The in-sample error of the seasonal naive forecast before a window, 1 where it has none."""
    return naive_scale(past.actual[: window.origin], past.season) or 1.0


def head(past: Past, rows: int) -> Past:
    """The first ``rows`` periods."""
    return replace(
        past,
        actual=past.actual[:rows],
        season=past.season if 2 * past.season <= rows else 1,
        covariates=_cut(past.covariates, 0, rows),
        observed=_cut(past.observed, 0, rows),
    )


def within(past: Past, origin: int, stop: int) -> Ahead:
    """The periods from ``origin`` to ``stop``, seen from before them."""
    return Ahead(
        steps=np.arange(1, stop - origin + 1, dtype=np.int64),
        positions=past.first + np.arange(origin, stop, dtype=np.int64),
        covariates=_cut(past.covariates, origin, stop),
    )


def _cut(covariates: Mapping[str, Array], origin: int, stop: int) -> dict[str, Array]:
    return {name: values[origin:stop] for name, values in covariates.items()}
