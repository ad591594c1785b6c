"""The race of the candidates through the windows of the choice: whoever is clearly behind is out.

What decides are errors and expected costs, not the clock, so that the same history has the same
race on a busy machine. Of weeks and months a window is a handful of rows, which tells of nobody
that it is behind: there all stay to the end.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.history.prepared import History
from pipeline.forecast.selection.backtest import Backtest, forecast_window
from pipeline.forecast.selection.combination import best_of_families
from pipeline.forecast.selection.handicaps import handicap
from pipeline.forecast.selection.windows import Window
from pipeline.forecast.spec import BALANCED, BEST, FAST
from pipeline.progress import ProgressCallback

MARGINS: Final = {FAST: (0.1,), BALANCED: (0.2, 0.15, 0.1), BEST: (0.3, 0.2, 0.15)}
"""By how much the mean error over 1, 2, 3 or more windows may be above the best one."""
KEPT_FAMILIES: Final = {FAST: 2, BALANCED: 3, BEST: 5}
"""The best of so many families of full models go on, whatever the margin says: one window of weeks
is mostly chance, in which a straight line may beat all of them."""
CHEAP_MS: Final = 3.0
"""A fit that costs no more is not worth a thought: cheap candidates stay to the end."""
LAST_RESORT_SECONDS: Final = {FAST: 5.0, BALANCED: 20.0, BEST: 300.0}
"""CPU time after which no further costly candidate is tried: far above what a race should take."""


def race(
    history: History,
    windows: tuple[Window, ...],
    names: Collection[str],
    context: FitContext,
    on_progress: ProgressCallback,
    *,
    always: Collection[str] = (),
) -> Backtest:
    """Let candidates forecast the windows before the holdout, cheap ones first.

    Parameters
    ----------
    names
        Candidates.
    always
        Those of them that are tested to the end in any case.
    """
    backtest = Backtest(history, windows)
    running = sorted(names, key=lambda name: (CANDIDATES[name].cost, name))
    margins = MARGINS[context.spec.budget]
    deadline = time.thread_time() + LAST_RESORT_SECONDS[context.spec.budget]
    for window in backtest.selection:
        worth = 1 / len(windows)
        for position, name in enumerate(running):
            if time.thread_time() > deadline and name not in always:
                backtest.dropped[name] = "there was no time left for it"
                continue
            share = (window.number + position / len(running)) * worth
            forecast_window(backtest, window, [name], context, on_progress, (share, worth))
        if history.frequency.is_daily_or_finer:
            errors = _errors(backtest, window)
            stays = {*always, *_best_full(errors, KEPT_FAMILIES[context.spec.budget])}
            _drop(backtest, errors, margins[min(window.number, len(margins) - 1)], stays)
        running = [name for name in running if name in backtest.finalists]
    return backtest


def mean_error(backtest: Backtest, name: str, windows: Sequence[Window]) -> float:
    """The mean over windows of a candidate's error, 0 where no quantity is known."""
    errors = [backtest.error(backtest.forecasts[name], window) for window in windows]
    known = [error for error in errors if error is not None]
    return sum(known) / len(known) if known else 0.0


def _errors(backtest: Backtest, newest: Window) -> dict[str, float]:
    """By candidate that is still in the race: its error over all windows so far, as it counts."""
    seen, frequency = backtest.selection[: newest.number + 1], backtest.history.frequency
    return {
        name: mean_error(backtest, name, seen) * handicap(name, frequency)
        for name in backtest.finalists
    }


def _best_full(errors: Mapping[str, float], families: int) -> list[str]:
    """The best full models so far, one of each family."""
    full = {name: error for name, error in errors.items() if not CANDIDATES[name].is_simple}
    return best_of_families(full)[:families]


def _drop(
    backtest: Backtest, errors: Mapping[str, float], margin: float, stays: Collection[str]
) -> None:
    """Take out the costly ones whose error so far is too far above the best."""
    allowed = min(errors.values(), default=0.0) * (1 + margin)
    for name, error in errors.items():
        if error > allowed and CANDIDATES[name].cost > CHEAP_MS and name not in stays:
            backtest.dropped[name] = "its errors were clearly larger than those of others"
