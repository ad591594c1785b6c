"""Which candidate, or which combination of candidates, did best before the holdout.

A few windows are little evidence, and a combination of good models is rarely bad: a single
candidate replaces it only where it was better than chance explains.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.selection.backtest import Array, Backtest, Forecasts
from pipeline.forecast.selection.combination import (
    POWER,
    blend,
    lack_of_rows,
    learn_again,
    learn_weights,
)
from pipeline.forecast.selection.handicaps import handicap
from pipeline.forecast.selection.race import mean_error
from pipeline.forecast.selection.windows import Window
from pipeline.forecast.spec import AUTO

ENSEMBLE: Final = "ensemble"
SINGLE_MODEL_MARGIN: Final = 0.1
"""A single candidate has to be better by this share in the mean, and in every window: of weeks and
months by more, the fewer rows there are than are enough to learn weights from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to forecast, as the backtest saw it.

    Attributes
    ----------
    algorithm
        ``ensemble`` or a key of `CANDIDATES`.
    members
        The candidates that the forecast is made of; one, unless it is an ensemble.
    weights
        How much each member counts; they add up to 1. Without any, all count alike.
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
    weights: tuple[float, ...] = ()

    def on_all_windows(self, backtest: Backtest) -> "Choice":
        """The same choice with what its members have forecast by now."""
        weights = dict(zip(self.members, self.weights, strict=True))
        return replace(self, forecasts=combined(backtest.forecasts, weights))

    def learned_again(self, backtest: Backtest) -> "Choice":
        """The same members with weights that the holdout has a part in, for what is to come.

        What this forecasts of the holdout is no test any more.
        """
        if len(self.members) < 2 or not self.weights:
            return self
        errors = {name: mean_error(backtest, name, backtest.windows) for name in self.members}
        if not any(errors.values()):
            return self
        evidence = _evidence(backtest, errors, backtest.windows)
        weights = learn_again(*evidence, power=_power(backtest, backtest.windows))
        again = replace(self, weights=tuple(weights[name] for name in self.members))
        return again.on_all_windows(backtest)


def rank(backtest: Backtest, algorithm: str) -> tuple[Choice, ...]:
    """All choices, best first by their error before the holdout.

    A combination comes first unless a single candidate was better beyond doubt. With ``algorithm``
    other than ``"auto"``, that candidate comes first if it could be fitted.
    """
    names = backtest.finalists
    errors = {name: mean_error(backtest, name, backtest.selection) for name in names}
    counted = _counted(backtest, errors)
    singles = sorted(names, key=lambda name: (name != algorithm, counted[name], _stands_in(name)))
    choices = [_choice(backtest, name, {name: 1.0}) for name in singles]
    if algorithm != AUTO:
        return tuple(choices)
    weights = (
        learn_weights(
            *_evidence(backtest, errors, backtest.selection),
            windows=len(backtest.selection),
            power=_power(backtest, backtest.selection),
        )
        if any(errors.values())
        else _alike(names)
    )
    if len(weights) < 2:
        return tuple(choices)
    ensemble = _choice(backtest, ENSEMBLE, weights)
    if _is_clearly_better(backtest, choices[0], ensemble):
        return (choices[0], ensemble, *choices[1:])
    return (ensemble, *choices)


def combined(forecasts: Mapping[str, Forecasts], weights: Mapping[str, float]) -> dict[int, Array]:
    """The weighted mean of the members, by every window that all of them have forecast."""
    shared = set.intersection(*(set(forecasts[name]) for name in weights))
    return {
        number: blend({name: forecasts[name][number] for name in weights}, weights)
        for number in sorted(shared)
    }


def _choice(backtest: Backtest, algorithm: str, weights: Mapping[str, float]) -> Choice:
    forecasts = combined(backtest.forecasts, weights)
    return Choice(
        algorithm=algorithm,
        members=tuple(weights),
        weights=tuple(weights.values()),
        forecasts=forecasts,
        error=_mean(backtest, forecasts),
    )


def _evidence(
    backtest: Backtest, errors: Mapping[str, float], windows: Sequence[Window]
) -> tuple[dict[str, float], dict[str, Array], Array]:
    """What weights are learned from: errors as they count, forecasts, and what was sold, in units
    of the naive error, of all known rows of the windows."""
    scales = [
        np.full(window.stop - window.origin, backtest.scale(window) or 1.0) for window in windows
    ]
    actual = np.concatenate([backtest.actual(window) for window in windows])
    known, scale = np.isfinite(actual), np.concatenate(scales)
    made = {
        name: np.concatenate(
            [
                backtest.forecasts[name][window.number][: window.stop - window.origin]
                for window in windows
            ]
        )
        for name in errors
    }
    units = {name: values[known] / scale[known] for name, values in made.items()}
    wanted = actual[known] / scale[known]
    return _counted(backtest, _balanced(errors, units, wanted)), units, wanted


def _balanced(
    errors: Mapping[str, float], made: Mapping[str, Array], actual: Array
) -> dict[str, float]:
    """Between the mean absolute error and the root of the mean squared one, by candidate.

    The first alone prefers forecasts that are too low where sales are rare, the second alone hangs
    on a few days.
    """
    squares = {name: float(np.mean((made[name] - actual) ** 2)) for name in errors}
    return {name: math.sqrt(error * math.sqrt(squares[name])) for name, error in errors.items()}


def _counted(backtest: Backtest, errors: Mapping[str, float]) -> dict[str, float]:
    """Errors as they count beside each other."""
    frequency = backtest.history.frequency
    return {name: error * handicap(name, frequency) for name, error in errors.items()}


def _alike(names: Collection[str]) -> dict[str, float]:
    """Where no error tells them apart: all full models alike, one of each family."""
    full = [name for name in names if not CANDIDATES[name].is_simple]
    chosen = {CANDIDATES[name].family or name: name for name in reversed(full)}
    return dict.fromkeys(reversed(chosen.values()), 1 / max(len(chosen), 1))


def _stands_in(name: str) -> int:
    return list(CANDIDATES).index(name)


def _is_clearly_better(backtest: Backtest, single: Choice, ensemble: Choice) -> bool:
    """In the mean and in every window."""
    counts = handicap(single.algorithm, backtest.history.frequency)
    return counts * single.error < (1 - _margin(backtest)) * ensemble.error and all(
        counts * (backtest.error(single.forecasts, window) or 0.0)
        <= (backtest.error(ensemble.forecasts, window) or math.inf)
        for window in backtest.selection
    )


def _margin(backtest: Backtest) -> float:
    """By which share a single candidate has to be better."""
    return SINGLE_MODEL_MARGIN * _lack(backtest, backtest.selection)


def _power(backtest: Backtest, windows: Sequence[Window]) -> float:
    """How much smaller errors tell for a candidate."""
    return POWER / _lack(backtest, windows)


def _lack(backtest: Backtest, windows: Sequence[Window]) -> float:
    """How many times as many rows of weeks or months would be enough to learn weights from."""
    if backtest.history.frequency.is_daily_or_finer:
        return 1.0
    return lack_of_rows(sum(int(np.isfinite(backtest.actual(one)).sum()) for one in windows))


def _mean(backtest: Backtest, forecasts: Forecasts) -> float:
    errors = [backtest.error(forecasts, window) for window in backtest.selection]
    known = [error for error in errors if error is not None]
    return float(np.mean(known)) if known else 0.0
