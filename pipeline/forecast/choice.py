"""Which candidate, or which average of candidates, did best before the holdout.

Three windows are little evidence, and an average of good models is rarely bad: a single candidate
replaces it only where it was better by a clear margin.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.forecast.backtest import Backtest, Forecasts
from pipeline.forecast.candidates import CANDIDATES
from pipeline.forecast.spec import AUTO

ENSEMBLE = "ensemble"
SINGLE_MODEL_MARGIN = 0.15
_SAME_MODEL = ("prophet", "prophet_covariates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to forecast, as the backtest saw it.

    Attributes
    ----------
    algorithm
        ``ensemble`` or a key of `CANDIDATES`.
    members
        The candidates whose average is the forecast; one, unless it is an ensemble.
    forecasts
        By window.
    error
        Mean over the selection windows of the mean absolute error, in units of the in-sample error
        of the seasonal naive forecast.
    """

    algorithm: str
    members: tuple[str, ...]
    forecasts: Forecasts
    error: float


def rank(backtest: Backtest, algorithm: str) -> tuple[Choice, ...]:
    """All choices, best first by their error before the holdout.

    The error of an ensemble counts 15 % less. With ``algorithm`` other than ``"auto"``, that
    candidate comes first if it could be fitted.
    """
    options: dict[str, tuple[str, ...]] = {name: (name,) for name in backtest.forecasts}
    if algorithm == AUTO:
        options |= _ensembles(backtest)
    choices = [_choice(backtest, name, members) for name, members in options.items()]
    return tuple(sorted(choices, key=lambda one: (one.algorithm != algorithm, _handicapped(one))))


def _handicapped(choice: Choice) -> float:
    return choice.error * (1 - SINGLE_MODEL_MARGIN if choice.algorithm == ENSEMBLE else 1)


def _choice(backtest: Backtest, algorithm: str, members: tuple[str, ...]) -> Choice:
    made = [backtest.forecasts[name] for name in members]
    forecasts = [np.mean(of_window, axis=0) for of_window in zip(*made, strict=True)]
    return Choice(
        algorithm=algorithm,
        members=members,
        forecasts=forecasts,
        error=_selection_error(backtest, forecasts),
    )


def _ensembles(backtest: Backtest) -> dict[str, tuple[str, ...]]:
    """The average of all full models, with the better of the two forms of Prophet."""
    full = [name for name in backtest.forecasts if not CANDIDATES[name].is_simple]
    forms = [name for name in full if name in _SAME_MODEL]
    errors = {name: _selection_error(backtest, backtest.forecasts[name]) for name in forms}
    better = min(forms, key=lambda name: errors[name], default=None)
    members = tuple(name for name in full if name not in forms or name == better)
    return {ENSEMBLE: members} if len(members) > 1 else {}


def _selection_error(backtest: Backtest, forecasts: Forecasts) -> float:
    errors = []
    for window in backtest.selection:
        mae = backtest.metrics(forecasts, window)["mae"]
        if mae is not None:
            errors.append(mae / (backtest.scale(window) or 1.0))
    return float(np.mean(errors)) if errors else 0.0
