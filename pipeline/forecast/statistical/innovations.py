"""Least squares fits of linear innovations models: exponential smoothing, complex smoothing, ARIMA.

Each of these models says ``ar(L) y = ma(L) e`` with two polynomials in the lag operator L that
depend on a few parameters. So the errors are one pass of a digital filter over the values, what the
unknown beginning does to them is a linear combination of delayed impulse responses of ``1 / ma``,
and their derivatives are filters of the errors themselves: Gauss-Newton needs a handful of passes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter, lfiltic

from pipeline.forecast.positive import solved

Array = NDArray[np.float64]

_ITERATIONS = 12
_ENOUGH_GAIN = 5e-4
"""A relative gain of the squared error below this changes no digit of a forecast that matters."""
_DIFFERENCE = 1e-6
_RIDGE = 1e-12
_FIRST_DAMPING, _MOST_DAMPING = 1e-3, 1e3


class Structure(Protocol):
    """How parameters become the polynomials ``ar`` and ``ma``, both of one length and from 1 on."""

    @property
    def lower(self) -> Array: ...

    @property
    def upper(self) -> Array: ...

    def polynomials(self, parameters: Array) -> tuple[Array, Array]: ...


@dataclass(frozen=True, slots=True)
class Recursion:
    """How values go on: the filter that makes values of errors, and where it has come to."""

    ar: Array
    ma: Array
    state: Array

    def forecast(self, steps: NDArray[np.int64]) -> Array:
        """The expected values some steps ahead, 1 for the first."""
        values, _ = lfilter(self.ma, self.ar, np.zeros(steps.max(initial=0)), zi=self.state)
        return np.asarray(values[steps - 1])


@dataclass(frozen=True)
class Innovations:
    """A fitted model.

    ``squares`` is the sum of the squared ``errors``, ``free`` the number of numbers that were
    estimated.
    """

    parameters: Array
    ar: Array
    ma: Array
    values: Array
    errors: Array
    squares: float

    @property
    def free(self) -> int:
        return len(self.parameters) + len(self.ar) - 1

    @cached_property
    def recursion(self) -> Recursion:
        """What makes the values to come of the newest ones and their errors."""
        newest = slice(-1, -len(self.ar), -1)
        state = lfiltic(self.ma, self.ar, self.values[newest], self.errors[newest])
        return Recursion(self.ar, self.ma, np.asarray(state))

    @property
    def aicc(self) -> float:
        """Akaike's criterion, corrected for few rows; infinite if there are too few."""
        rows, free = len(self.errors), self.free + 1
        if rows <= free + 1:
            return np.inf
        deviance = rows * np.log(max(self.squares / rows, np.finfo(float).tiny))
        return float(deviance + 2 * free * rows / (rows - free - 1))


@dataclass(frozen=True, slots=True)
class _Beginnings:
    """What the unknown rows before the first one may have done to the errors, one way a row."""

    delayed: Array
    gram: Array

    def taken_from(self, rows: Array) -> Array:
        """What of these rows no beginning explains."""
        if not len(self.gram):
            return rows
        shares = solved(self.gram, self.delayed @ rows.T)
        return np.asarray(rows - shares.T @ self.delayed)


@dataclass(frozen=True, slots=True)
class _Point:
    parameters: Array
    ar: Array
    ma: Array
    beginnings: _Beginnings
    errors: Array
    squares: float


def fit_innovations(
    values: Array,
    structure: Structure,
    starts: Array,
    *,
    is_stable: Callable[[Array, Array], bool] | None = None,
) -> Innovations:
    """Minimise the squared errors one period ahead over the parameters and the beginning.

    Parameters
    ----------
    values
        Best centred and of a size around 1.
    structure
        The model; its bounds are kept.
    starts
        One row per point to start from; the best of them is used.
    is_stable
        From parameters and the response of ``1 / ma`` to an impulse, whether these parameters are
        accepted; for models whose bounds do not see to that.
    """
    lagged = _lagged(values, len(structure.polynomials(starts[0])[0]))
    tried = [_evaluate(lagged, structure, start, is_stable) for start in starts]
    here = min(tried, key=lambda point: point.squares)
    damping = _FIRST_DAMPING
    for _ in range(_ITERATIONS):
        slopes = _slopes(lagged, structure, here)
        there = here
        while damping <= _MOST_DAMPING:
            moved = _moved(structure, here, slopes, damping)
            there = _evaluate(lagged, structure, moved, is_stable)
            if there.squares < here.squares:
                break
            damping *= 10
        if not there.squares < here.squares:
            break
        gain = 1 - there.squares / here.squares
        here, damping = there, max(damping / 10, _FIRST_DAMPING**2)
        if gain < _ENOUGH_GAIN:
            break
    return Innovations(here.parameters, here.ar, here.ma, values, here.errors, here.squares)


def _evaluate(
    lagged: Array,
    structure: Structure,
    parameters: Array,
    is_stable: Callable[[Array, Array], bool] | None,
) -> _Point:
    """The errors of the best beginning; ``lagged`` are the values and delayed ones."""
    ar, ma = structure.polynomials(parameters)
    inputs = np.zeros((2, lagged.shape[1]))
    inputs[0, 0] = 1.0
    np.matmul(ar, lagged, out=inputs[1])
    response, errors = lfilter([1.0], ma, inputs)
    if is_stable is not None and not is_stable(parameters, response):
        nothing = _Beginnings(np.empty((0, len(response))), np.empty((0, 0)))
        return _Point(parameters, ar, ma, nothing, lagged[0], np.inf)
    beginnings = _beginnings(response, len(ar) - 1)
    errors = beginnings.taken_from(errors)
    return _Point(parameters, ar, ma, beginnings, errors, float(errors @ errors))


def _beginnings(response: Array, order: int) -> _Beginnings:
    """Delayed responses to an impulse; an order of 0 has none."""
    delayed = _lagged(response, order)
    gram = delayed @ delayed.T
    gram.flat[:: order + 1] *= 1 + _RIDGE  # rounding makes long responses dependent
    return _Beginnings(delayed, gram)


def _slopes(lagged: Array, structure: Structure, point: _Point) -> Array:
    """The derivatives of the errors, one row per parameter, the best beginning kept."""
    by_ar, by_ma = np.empty((2, len(point.parameters), len(point.ar)))
    for place in range(len(point.parameters)):
        moved = point.parameters.copy()
        moved[place] += _DIFFERENCE
        by_ar[place], by_ma[place] = structure.polynomials(moved)
    by_ar, by_ma = (by_ar - point.ar) / _DIFFERENCE, (by_ma - point.ma) / _DIFFERENCE
    inputs = by_ar @ lagged - by_ma @ _lagged(point.errors, len(point.ma))
    return point.beginnings.taken_from(lfilter([1.0], point.ma, inputs))


def _lagged(values: Array, count: int) -> Array:
    """The values as they are, one row later, two rows later, …: ``count`` of them, a row each."""
    lagged = np.zeros((count, len(values)))
    for lag in range(min(count, len(values))):
        lagged[lag, lag:] = values[: len(values) - lag]
    return lagged


def _moved(structure: Structure, point: _Point, slopes: Array, damping: float) -> Array:
    """A damped step; parameters that it would push over a bound where they are stay there."""
    lower, upper = structure.lower, structure.upper
    gradient = slopes @ point.errors
    held = (point.parameters <= lower) & (gradient > 0)
    held |= (point.parameters >= upper) & (gradient < 0)
    free = ~held
    step = np.zeros(len(point.parameters))
    normal = slopes[free] @ slopes[free].T
    normal.flat[:: len(normal) + 1] *= 1 + damping
    normal.flat[:: len(normal) + 1] += _RIDGE
    step[free] = solved(normal, -gradient[free])
    return np.asarray(np.minimum(np.maximum(point.parameters + step, lower), upper))
