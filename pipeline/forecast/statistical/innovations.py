"""Least squares fits of linear innovations models: exponential smoothing, complex smoothing, ARIMA.

Each of these models says ``ar(L) y = ma(L) e`` with two polynomials in the lag operator L that
depend on a few parameters. So the errors are one pass of a digital filter over the values, what the
unknown beginning does to them is a linear combination of delayed impulse responses of ``1 / ma``,
and their derivatives are filters of the errors themselves: Gauss-Newton needs a handful of passes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.signal import lfilter, lfiltic

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


@dataclass(frozen=True, slots=True)
class Innovations:
    """A fitted model.

    ``squares`` is the sum of the squared ``errors``, ``free`` the number of numbers that were
    estimated.
    """

    parameters: Array
    errors: Array
    squares: float
    free: int
    recursion: Recursion

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
    """What the unknown rows before the first one may have done to the errors, one way a column."""

    delayed: Array
    gram: Array

    def taken_from(self, columns: Array) -> Array:
        """What of these columns no beginning explains."""
        if not len(self.gram):
            return columns
        return np.asarray(
            columns - self.delayed @ np.linalg.solve(self.gram, self.delayed.T @ columns)
        )


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
    tried = [_evaluate(values, structure, start, is_stable) for start in starts]
    here = min(tried, key=lambda point: point.squares)
    damping = _FIRST_DAMPING
    for _ in range(_ITERATIONS):
        slopes = _slopes(values, structure, here)
        there = here
        while damping <= _MOST_DAMPING:
            moved = _moved(structure, here, slopes, damping)
            there = _evaluate(values, structure, moved, is_stable)
            if there.squares < here.squares:
                break
            damping *= 10
        if not there.squares < here.squares:
            break
        gain = 1 - there.squares / here.squares
        here, damping = there, max(damping / 10, _FIRST_DAMPING**2)
        if gain < _ENOUGH_GAIN:
            break
    return _finished(values, here)


def _finished(values: Array, point: _Point) -> Innovations:
    order = len(point.ar) - 1
    newest = slice(-1, -order - 1, -1)
    state = lfiltic(point.ma, point.ar, values[newest], point.errors[newest])
    return Innovations(
        parameters=point.parameters,
        errors=point.errors,
        squares=point.squares,
        free=len(point.parameters) + order,
        recursion=Recursion(point.ar, point.ma, np.asarray(state)),
    )


def _evaluate(
    values: Array,
    structure: Structure,
    parameters: Array,
    is_stable: Callable[[Array, Array], bool] | None,
) -> _Point:
    """The errors of the best beginning."""
    ar, ma = structure.polynomials(parameters)
    order = len(ar) - 1
    inputs = np.zeros((2, len(values)))
    inputs[0, 0] = 1.0
    inputs[1] = _passed(ar, values)
    response, errors = lfilter([1.0], ma, inputs)
    if is_stable is not None and not is_stable(parameters, response):
        nothing = _Beginnings(np.empty((len(values), 0)), np.empty((0, 0)))
        return _Point(parameters, ar, ma, nothing, values, np.inf)
    beginnings = _beginnings(response, order)
    errors = beginnings.taken_from(errors)
    return _Point(parameters, ar, ma, beginnings, errors, float(errors @ errors))


def _beginnings(response: Array, order: int) -> _Beginnings:
    """Delayed responses to an impulse; an order of 0 has none."""
    padded = np.concatenate([np.zeros(order), response])
    delayed = np.ascontiguousarray(sliding_window_view(padded, order + 1)[:, 1:])
    gram = delayed.T @ delayed
    gram[np.diag_indices_from(gram)] *= 1 + _RIDGE  # rounding makes long responses dependent
    return _Beginnings(delayed, gram)


def _slopes(values: Array, structure: Structure, point: _Point) -> Array:
    """The derivatives of the errors, one column per parameter, the best beginning kept."""
    inputs = np.empty((len(point.parameters), len(values)))
    for place in range(len(point.parameters)):
        moved = point.parameters.copy()
        moved[place] += _DIFFERENCE
        ar, ma = structure.polynomials(moved)
        inputs[place] = _passed((ar - point.ar) / _DIFFERENCE, values) - _passed(
            (ma - point.ma) / _DIFFERENCE, point.errors
        )
    slopes = lfilter([1.0], point.ma, inputs)
    return point.beginnings.taken_from(slopes.T)


def _passed(polynomial: Array, values: Array) -> Array:
    return np.asarray(np.convolve(values, polynomial)[: len(values)])


def _moved(structure: Structure, point: _Point, slopes: Array, damping: float) -> Array:
    """A damped step; parameters that it would push over a bound where they are stay there."""
    lower, upper = structure.lower, structure.upper
    gradient = slopes.T @ point.errors
    held = (point.parameters <= lower) & (gradient > 0)
    held |= (point.parameters >= upper) & (gradient < 0)
    free = ~held
    step = np.zeros(len(point.parameters))
    normal = slopes[:, free].T @ slopes[:, free]
    size = np.diag(normal).copy()
    normal[np.diag_indices_from(normal)] += damping * size + _RIDGE
    step[free] = np.linalg.solve(normal, -gradient[free])
    return np.asarray(np.clip(point.parameters + step, lower, upper))
