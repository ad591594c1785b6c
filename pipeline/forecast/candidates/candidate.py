"""What every candidate model is: something fitted on a history that predicts rows ahead."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.history.prepared import History
from pipeline.forecast.periods import Periods
from pipeline.forecast.pooled.retrospect import Retrospect
from pipeline.forecast.shared import SharedProfile
from pipeline.forecast.spec import BALANCED, BEST, BUDGETS, ForecastSpec

EVERY_BUDGET = frozenset(BUDGETS)
UNHURRIED = frozenset({BALANCED, BEST})
ONLY_BEST = frozenset({BEST})


class PointForecaster(Protocol):
    """A fitted candidate. It can be pickled."""

    def predict(self, future: Periods) -> NDArray[np.float64]:
        """One value, not below 0, per row of ``future`` (``ds``, ``step``, known covariates)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FitContext:
    """What candidates may use beside the history itself.

    ``models_year`` says whether even the shortest history of the backtest spans a year, so that
    what a model makes of the year has been tested. A ``retrospect`` spares trees a view of the past
    for each test.
    """

    spec: ForecastSpec
    holidays: HolidayCalendar
    models_year: bool = False
    category: str | None = None
    shared: SharedProfile | None = None
    retrospect: Retrospect | None = None


class FitFailureError(Exception):
    """A candidate could not be fitted to this history; the next one can take its place."""


def always(_history: History, _context: FitContext) -> bool:
    """For candidates that fit any history."""
    return True


def no_settings(_history: History, _context: FitContext) -> dict[str, Any]:
    """For candidates without hyperparameters."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A way to forecast.

    Attributes
    ----------
    fit
        Learns from a history; raises `FitFailureError`, or one of ``failures``, when it cannot.
    go_on
        Learns from a history that has become somewhat longer, from what was learned of it before:
        settings are kept, and numbers sought from where they were. Without it, each fit is anew.
    minimum_rows
        Rows below which it is not tried.
    is_simple
        Whether a forecast by it, for want of a better one, is marked as degraded.
    smooths
        Whether it goes on from a level that has followed the newest rows.
    is_applicable
        Whether it has what it needs in this history and context.
    settings
        Its hyperparameters for a history, as JSON values.
    failures
        Errors of a numerical library that mean "cannot be fitted to these numbers".
    budgets
        The budgets in which it is tried.
    cost
        Expected CPU milliseconds of one fit and forecast on 730 rows: cheap ones are tried first.
    family
        Candidates of one family are alike: a combination takes one of them. Without a name it is a
        family of its own.
    """

    fit: Callable[[History, FitContext], PointForecaster]
    minimum_rows: int
    is_simple: bool
    smooths: bool = False
    is_applicable: Callable[[History, FitContext], bool] = always
    settings: Callable[[History, FitContext], dict[str, Any]] = no_settings
    go_on: Callable[[History, FitContext, Any], PointForecaster] | None = None
    failures: tuple[type[Exception], ...] = ()
    budgets: frozenset[str] = EVERY_BUDGET
    cost: float = 10.0
    family: str = ""


def fit_candidate(
    candidate: Candidate,
    history: History,
    context: FitContext,
    before: PointForecaster | None = None,
) -> PointForecaster:
    """The fitted candidate, or `FitFailureError`; ``before`` is it fitted to fewer rows."""
    try:
        if before is not None and candidate.go_on is not None:
            return candidate.go_on(history, context, before)
        return candidate.fit(history, context)
    except candidate.failures as error:
        raise FitFailureError(f"{type(error).__name__}: {error}") from error


def predict(model: PointForecaster, future: Periods) -> NDArray[np.float64]:
    """Predictions not below 0, or `FitFailureError` if they are not finite."""
    values = np.asarray(model.predict(future), dtype=np.float64)
    if not np.isfinite(values).all():
        raise FitFailureError("the forecast has values that are not finite")
    return np.maximum(values, 0.0)
