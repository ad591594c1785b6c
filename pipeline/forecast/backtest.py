"""Rolling-origin evaluation: every candidate forecasts the same windows from what came before.

The newest window is the holdout: the choice between candidates does not see it, and the metrics
shown to users come from it alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.candidate import FitContext, FitFailureError, fit_candidate, predict
from pipeline.forecast.candidates import CANDIDATES
from pipeline.forecast.history import History
from pipeline.forecast.metrics import Metrics, naive_scale, score
from pipeline.forecast.notes import METHODS, periods
from pipeline.forecast.outliers import tame_outliers
from pipeline.forecast.phases import ForecastPhase, announce
from pipeline.progress import ProgressCallback

Forecasts = Sequence[NDArray[np.float64]]

SELECTION_WINDOWS = 3
MIN_TRAINING_ROWS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Rows ``origin`` to ``stop`` are scored; the intervals learn from rows up to ``reach``."""

    number: int
    origin: int
    stop: int
    reach: int
    is_holdout: bool


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

    ``unsuited`` candidates were not tried, those in ``failures`` were and could not be fitted.
    """

    history: History
    windows: tuple[Window, ...]
    forecasts: dict[str, list[NDArray[np.float64]]] = field(default_factory=dict)
    unsuited: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def selection(self) -> tuple[Window, ...]:
        """The windows that decide the choice."""
        return self.windows[:-1]

    @property
    def holdout(self) -> Window:
        """The newest window."""
        return self.windows[-1]

    def metrics(self, forecasts: Forecasts, window: Window) -> Metrics:
        """The metrics of one candidate's forecasts in one window, without coverage."""
        actual = self.history.actual[window.origin : window.stop]
        return score(actual, forecasts[window.number][: len(actual)], scale=self.scale(window))

    def scale(self, window: Window) -> float:
        """The in-sample error of the seasonal naive forecast before the window."""
        return naive_scale(self.history.actual[: window.origin], self.history.season)

    def scores(
        self, forecasts: Mapping[str, Sequence[NDArray[np.float64]]]
    ) -> tuple[WindowScore, ...]:
        """A record per candidate and window."""
        return tuple(
            WindowScore(
                algorithm=name,
                window=window.number,
                origin=self.history.ds[window.origin - 1],
                rows=window.stop - window.origin,
                is_holdout=window.is_holdout,
                metrics=self.metrics(forecasts[name], window),
            )
            for name in forecasts
            for window in self.windows
        )


def plan_windows(history: History, horizon_rows: int) -> tuple[Window, ...]:
    """Up to three adjacent windows for the choice and, after them, the holdout."""
    rows, width = len(history), history.frequency.window(len(history))
    least = max(4, min(MIN_TRAINING_ROWS, rows // 2))
    origins = [rows - width * number for number in range(1, SELECTION_WINDOWS + 2)]
    kept = sorted(origin for origin in origins if origin >= least)
    return tuple(
        Window(
            number=number,
            origin=origin,
            stop=origin + width,
            reach=min(rows, origin + max(width, horizon_rows)),
            is_holdout=number == len(kept) - 1,
        )
        for number, origin in enumerate(kept)
    )


def run_backtest(
    history: History,
    windows: tuple[Window, ...],
    names: Sequence[str],
    context: FitContext,
    on_progress: ProgressCallback,
) -> Backtest:
    """Let every named candidate forecast every window.

    A candidate that cannot be fitted before one of the windows is left out with its reason.
    Progress is reported before each fit.
    """
    backtest = Backtest(history, windows)
    known = [tame_outliers(history.head(w.origin), context.holidays)[0] for w in windows]
    for position, name in enumerate(names):
        reason = _why_not(name, known[0], context)
        if reason is not None:
            backtest.unsuited[name] = reason
            continue
        forecasts = []
        for window, training in zip(windows, known, strict=True):
            share = (position + window.number / len(windows)) / len(names)
            on_weeks = f"on past sales, {window.number + 1} of {len(windows)}"
            message = f"Testing {METHODS[name]} {on_weeks}"
            announce(on_progress, ForecastPhase.BACKTEST, share, message)
            try:
                model = fit_candidate(CANDIDATES[name], training, context)
                forecasts.append(predict(model, history.ahead(window.origin, window.reach)))
            except FitFailureError as failure:
                backtest.failures[name] = str(failure)
                break
        else:
            backtest.forecasts[name] = forecasts
    return backtest


def _why_not(name: str, shortest: History, context: FitContext) -> str | None:
    candidate = CANDIDATES[name]
    if len(shortest) < candidate.minimum_rows:
        needed = periods(candidate.minimum_rows, shortest.frequency)
        return f"it needs {needed} of sales before the first test"
    if not candidate.is_applicable(shortest, context):
        return "it is made for another kind of sales"
    return None
