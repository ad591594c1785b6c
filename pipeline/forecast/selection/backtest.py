"""Rolling-origin evaluation: candidates forecast the same windows from what came before.

The newest window is the holdout: the choice between candidates does not see it, and the metrics
shown to users come from it alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.candidates.candidate import FitContext, FitFailureError, predict
from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.history.learning import for_learning
from pipeline.forecast.history.notes import METHODS, periods
from pipeline.forecast.history.prepared import History
from pipeline.forecast.periods import PlainPeriods
from pipeline.forecast.phases import ForecastPhase, announce
from pipeline.forecast.selection.fits import Fits
from pipeline.forecast.selection.metrics import Metrics, naive_scale, score, score_each
from pipeline.forecast.selection.windows import Window
from pipeline.progress import ProgressCallback

Array = NDArray[np.float64]
Forecasts = Mapping[int, Array]
"""What was forecast, by the number of the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowScore:
    """How one candidate did in one window.

    ``origin`` is the last time stamp that the candidate knew.
    """

    algorithm: str
    window: int
    origin: pd.Timestamp
    rows: int
    is_holdout: bool
    metrics: Metrics


@dataclass(slots=True)
class Backtest:
    """Forecasts by candidate and window, and why others have none.

    ``unsuited`` candidates were not tried, those in ``failures`` were and could not be fitted;
    ``dropped`` ones were clearly behind and have no forecasts of the newer windows.
    """

    history: History
    windows: tuple[Window, ...]
    forecasts: dict[str, dict[int, Array]] = field(default_factory=dict)
    unsuited: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)
    fits: Fits = field(default_factory=Fits)
    _known: dict[int, History] = field(default_factory=dict)
    _ahead: dict[int, PlainPeriods] = field(default_factory=dict)
    _scales: dict[int, float] = field(default_factory=dict)

    @property
    def selection(self) -> tuple[Window, ...]:
        """The windows that decide the choice."""
        return self.windows[:-1]

    @property
    def holdout(self) -> Window:
        """The newest window."""
        return self.windows[-1]

    @property
    def finalists(self) -> tuple[str, ...]:
        """Candidates that have forecast every window so far, and were not dropped."""
        return tuple(name for name in self.forecasts if name not in self.dropped)

    def actual(self, window: Window) -> Array:
        """What was sold in the scored rows of a window, missing where unknown."""
        return self.history.actual[window.origin : window.stop]

    def metrics(self, forecasts: Forecasts, window: Window) -> Metrics:
        """The metrics of one candidate's forecasts in one window, without intervals."""
        actual = self.actual(window)
        return score(actual, forecasts[window.number][: len(actual)], scale=self.scale(window))

    def error(self, forecasts: Forecasts, window: Window) -> float | None:
        """The mean absolute error in one window in units of the seasonal naive error before it."""
        actual = self.actual(window)
        errors = np.abs(forecasts[window.number][: len(actual)] - actual)
        known = errors[np.isfinite(errors)]
        return float(known.mean()) / (self.scale(window) or 1.0) if len(known) else None

    def scale(self, window: Window) -> float:
        """The in-sample error of the seasonal naive forecast before the window."""
        if window.number not in self._scales:
            past = self.history.actual[: window.origin]
            self._scales[window.number] = naive_scale(past, self.history.season)
        return self._scales[window.number]

    def scores(self, forecasts: Mapping[str, Forecasts]) -> tuple[WindowScore, ...]:
        """A record per candidate and window that it has a forecast of."""
        by_window = {window.number: self._scores(forecasts, window) for window in self.windows}
        return tuple(
            of_window[name]
            for name in forecasts
            for of_window in by_window.values()
            if name in of_window
        )

    def _scores(self, forecasts: Mapping[str, Forecasts], window: Window) -> dict[str, WindowScore]:
        actual, origin = self.actual(window), self.history.ds[window.origin - 1]
        made = {
            name: one[window.number][: len(actual)]
            for name, one in forecasts.items()
            if window.number in one
        }
        rows = np.reshape(list(made.values()), (-1, len(actual)))
        metrics = score_each(actual, rows, scale=self.scale(window))
        return {
            name: WindowScore(
                algorithm=name,
                window=window.number,
                origin=origin,
                rows=len(actual),
                is_holdout=window.is_holdout,
                metrics=of_name,
            )
            for name, of_name in zip(made, metrics, strict=True)
        }

    def of_its_own(self, forecasts: Mapping[str, Forecasts]) -> "Backtest":
        """The same windows with these forecasts; what is added there is not added here."""
        return replace(
            self,
            forecasts={name: dict(made) for name, made in forecasts.items()},
            unsuited={},
            failures={},
            dropped={},
            fits=Fits(),
        )

    def known(self, window: Window, context: FitContext) -> History:
        """What is learned from before a window: the past as it was, prepared."""
        if window.number not in self._known:
            past = self.history.head(window.origin)
            self._known[window.number] = for_learning(past, context.holidays, context.spec).history
        return self._known[window.number]

    def ahead(self, window: Window) -> PlainPeriods:
        """What is known at the origin of a window of the rows to forecast."""
        if window.number not in self._ahead:
            self._ahead[window.number] = self.history.ahead(window.origin, window.reach)
        return self._ahead[window.number]


def forecast_window(
    backtest: Backtest,
    window: Window,
    names: Iterable[str],
    context: FitContext,
    on_progress: ProgressCallback,
    progress: tuple[float, float],
) -> None:
    """Add the forecasts of one window by the named candidates, of which the failed are left out.

    Parameters
    ----------
    progress
        The share of the tests that is done, and the share that these are worth.
    """
    wanted = [name for name in names if _is_missing(backtest, window, name, context)]
    for position, name in enumerate(wanted):
        done, worth = progress
        on_weeks = f"on past sales, {window.number + 1} of {len(backtest.windows)}"
        message = f"Testing {METHODS[name]} {on_weeks}"
        share = done + worth * position / len(wanted)
        announce(on_progress, ForecastPhase.BACKTEST, share, message)
        try:
            model = backtest.fits.fit(name, backtest.known(window, context), context)
            made = predict(model, backtest.ahead(window))
        except FitFailureError as failure:
            backtest.failures[name] = str(failure)
            backtest.forecasts.pop(name, None)
        else:
            backtest.forecasts.setdefault(name, {})[window.number] = made


def _is_missing(backtest: Backtest, window: Window, name: str, context: FitContext) -> bool:
    """Whether a candidate can still be tested on a window; tells why one is not suited."""
    if name in backtest.failures or name in backtest.unsuited:
        return False
    if name not in backtest.forecasts:
        reason = _why_not(name, backtest.known(backtest.windows[0], context), context)
        if reason is not None:
            backtest.unsuited[name] = reason
            return False
    return window.number not in backtest.forecasts.get(name, {})


def _why_not(name: str, shortest: History, context: FitContext) -> str | None:
    candidate = CANDIDATES[name]
    if len(shortest) < candidate.minimum_rows:
        needed = periods(candidate.minimum_rows, shortest.frequency)
        return f"it needs {needed} of sales before the first test"
    if not candidate.is_applicable(shortest, context):
        return "it is made for another kind of sales"
    return None
