"""Which columns from outside are worth having: those that lower the error of past forecasts.

The counting model is quick and uses every column, so it decides for all candidates. It looks at
rows before the holdout from origins as far apart as a forecast reaches, and knows of the weather
what it would have known there.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.forecast.candidates.candidate import (
    FitContext,
    FitFailureError,
    fit_candidate,
    predict,
)
from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.history.prepared import History
from pipeline.forecast.selection.windows import Window

JUDGE = "poisson"
LEAST_GAIN = 0.02
MOST_ORIGINS = 12
WINDOWS_BACK = 2


def useful_columns(
    history: History, windows: Sequence[Window], context: FitContext
) -> tuple[str, ...]:
    """The columns of the outlook that each lower the error by 2 % or more, beside those before.

    With no rows to look at, none is kept.
    """
    kept = tuple(name for name in history.known if name not in history.outlook.rhythms)
    spans = _spans(history, windows)
    before = _error(history.knowing(kept), spans, context)
    useful: tuple[str, ...] = ()
    for name in history.outlook.rhythms:
        if before is None:
            break
        after = _error(history.knowing((*kept, *useful, name)), spans, context)
        if after is not None and after <= (1 - LEAST_GAIN) * before:
            useful, before = (*useful, name), after
    return useful


def _spans(history: History, windows: Sequence[Window]) -> list[tuple[int, int]]:
    """Stretches of rows, each to be forecast from the row before it."""
    selection = [window for window in windows if not window.is_holdout]
    if not selection:
        return []
    width, stop = selection[0].stop - selection[0].origin, selection[-1].stop
    first = max(selection[0].origin - WINDOWS_BACK * width, min(selection[0].origin, stop // 2))
    reach = min(width, max(history.outlook.reach.values(), default=0)) or width
    reach = max(reach, -(-(stop - first) // MOST_ORIGINS))
    return [(origin, min(origin + reach, stop)) for origin in range(first, stop, reach)]


def _error(history: History, spans: Sequence[tuple[int, int]], context: FitContext) -> float | None:
    """Mean absolute error over all spans, or None if it cannot be had."""
    judge = CANDIDATES[JUDGE]
    errors = []
    for origin, stop in spans:
        past = history.head(origin)
        if len(past) < judge.minimum_rows or not judge.is_applicable(past, context):
            return None
        try:
            model = fit_candidate(judge, past, context)
            predicted = predict(model, history.ahead(origin, stop))
        except FitFailureError:
            return None
        errors.append(np.abs(predicted - history.actual[origin:stop]))
    known = [error for error in errors if np.isfinite(error).any()]
    return float(np.nanmean(np.concatenate(known))) if known else None
