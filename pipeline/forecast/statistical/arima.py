"""Seasonal ARIMA by conditional least squares, its orders found stepwise (Hyndman and Khandakar
2008)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter, lfiltic

from pipeline.forecast.statistical.innovations import Array
from pipeline.forecast.statistical.scales import Scale, scale_of
from pipeline.forecast.statistical.stationarity import (
    differences_needed,
    seasonal_difference_needed,
)

NEWEST_ROWS = 1_500
_LONGEST_SEASON = 60
_MOST_ORDER, _MOST_SEASONAL_ORDER, _MOST_PARAMETERS = 3, 2, 5
_MOST_MODELS = 14
"""Further neighbours take a quarter of the time and make forecasts no better."""
_ITERATIONS = 8
_ENOUGH_GAIN = 1e-3
_INVERTIBLE = 0.985
"""Roots nearer to the unit circle are differences, or undo them."""


@dataclass(frozen=True)
class Orders:
    """ARIMA(p, d, q)(P, D, Q) of a season, with a mean or a drift."""

    season: int
    d: int
    seasonal_d: int
    p: int = 0
    q: int = 0
    seasonal_p: int = 0
    seasonal_q: int = 0
    has_mean: bool = False

    @cached_property
    def difference(self) -> Array:
        """The polynomial of the differences."""
        polynomial = np.ones(1)
        for _ in range(self.d):
            polynomial = np.convolve(polynomial, [1.0, -1.0])
        for _ in range(self.seasonal_d):
            polynomial = np.convolve(polynomial, _at_lags(np.array([-1.0]), self.season))
        return polynomial

    @property
    def size(self) -> int:
        """How many coefficients there are beside the mean."""
        return self.p + self.q + self.seasonal_p + self.seasonal_q

    def split(self, parameters: Array) -> tuple[Array, Array, Array, Array]:
        """The coefficients of p, P, q and Q."""
        ends = np.cumsum([self.p, self.seasonal_p, self.q])
        one, two, three, four = np.split(parameters[: self.size], ends)
        return one, two, three, four

    def polynomials(self, parameters: Array) -> tuple[Array, Array]:
        """``ar`` and ``ma`` of the differenced values."""
        p, seasonal_p, q, seasonal_q = self.split(parameters)
        ar = np.convolve(_at_lags(-p, 1), _at_lags(-seasonal_p, self.season))
        ma = np.convolve(_at_lags(q, 1), _at_lags(seasonal_q, self.season))
        return ar, ma


@dataclass(frozen=True, slots=True)
class _Estimate:
    orders: Orders
    parameters: Array
    errors: Array
    squares: float
    aicc: float


@dataclass(frozen=True, slots=True)
class FittedArima:
    """The orders, their coefficients, and where the recursion of the values has come to."""

    orders: Orders
    parameters: Array
    drift: float
    state: Array
    scale: Scale

    def predict(self, steps: NDArray[np.int64]) -> Array:
        """The forecast of some steps ahead, 1 for the first."""
        ar, _ = self.orders.polynomials(self.parameters)
        whole = np.zeros(len(self.state) + 1)
        recursion = np.convolve(ar, self.orders.difference)
        whole[: len(recursion)] = recursion
        constant = np.full(int(steps.max(initial=0)), self.drift * ar.sum())
        ahead, _ = lfilter([1.0], whole, constant, zi=self.state)
        return self.scale.back(ahead[steps - 1])


def fit_arima(values: Array, seasons: tuple[int, ...] = ()) -> FittedArima:
    """The ARIMA with the smallest corrected criterion of Akaike among neighbours of good ones.

    Parameters
    ----------
    values
        Without gaps; the newest 1,500 are looked at.
    seasons
        Rows after which the pattern repeats; the shortest is used, up to 60.
    """
    values = values[-NEWEST_ROWS:]
    season = min((one for one in seasons if 1 < one <= _LONGEST_SEASON), default=1)
    season = season if len(values) >= 3 * season + 8 else 1
    scale = scale_of(values, is_log=False)
    scaled = scale.forward(values)
    seasonal_d = int(seasonal_difference_needed(scaled, season))
    differenced = scaled[season:] - scaled[:-season] if seasonal_d else scaled
    first = Orders(season, differences_needed(differenced, 2 - seasonal_d), seasonal_d)
    return _finished(_search(scaled, first), scaled, scale)


def _search(values: Array, base: Orders) -> _Estimate:
    """Begin with four usual models; go on to a better neighbour as long as there is one."""
    seasonal = base.season > 1
    has_mean = base.d + base.seasonal_d < 2
    differenced = np.convolve(values, base.difference, mode="valid")
    known: dict[Orders, _Estimate] = {}

    def estimate(orders: Orders) -> _Estimate:
        if orders not in known:
            known[orders] = _estimate(differenced, orders)
        return known[orders]

    usual = [(2, 2, 1, 1), (0, 0, 0, 0), (1, 0, 1, 0), (0, 1, 0, 1)]
    best = min(
        (
            estimate(replace(base, p=p, q=q, seasonal_p=P * seasonal, seasonal_q=Q * seasonal,
                             has_mean=has_mean))
            for p, q, P, Q in usual
        ),
        key=lambda one: one.aicc,
    )  # fmt: skip
    while True:
        better = None
        for orders in _neighbours(best.orders, can_have_mean=has_mean):
            if len(known) >= _MOST_MODELS:
                break
            if orders not in known and estimate(orders).aicc < best.aicc:
                better = known[orders]
                break
        if better is None:
            return best
        best = better


def _neighbours(orders: Orders, *, can_have_mean: bool) -> Iterator[Orders]:
    """One or two of the orders one more or less, or the mean there or not."""
    moves = [(0, 0, 0, 1), (0, 0, 1, 0), (0, 0, 1, 1)] if orders.season > 1 else []
    moves += [(1, 0, 0, 0), (0, 1, 0, 0), (1, 1, 0, 0)]
    for p, q, seasonal_p, seasonal_q in moves:
        for sign in (-1, 1):
            moved = replace(
                orders,
                p=orders.p + sign * p,
                q=orders.q + sign * q,
                seasonal_p=orders.seasonal_p + sign * seasonal_p,
                seasonal_q=orders.seasonal_q + sign * seasonal_q,
            )
            if _is_allowed(moved):
                yield moved
    if can_have_mean:
        yield replace(orders, has_mean=not orders.has_mean)


def _is_allowed(orders: Orders) -> bool:
    usual = all(0 <= one <= _MOST_ORDER for one in (orders.p, orders.q))
    pair = (orders.seasonal_p, orders.seasonal_q)
    return usual and all(0 <= one <= _MOST_SEASONAL_ORDER for one in pair) and (
        orders.size <= _MOST_PARAMETERS
    )  # fmt: skip


def _estimate(values: Array, orders: Orders) -> _Estimate:
    """Gauss-Newton on the errors one row ahead, those before the first row taken as 0."""
    skipped = orders.p + orders.seasonal_p * orders.season
    free = orders.size + orders.has_mean
    if len(values) - skipped <= free + 3:
        return _Estimate(orders, np.zeros(free), values, np.inf, np.inf)
    parameters = np.zeros(free)
    if orders.has_mean:
        parameters[-1] = values.mean()
    errors, slopes = _errors(values, orders, parameters)
    squares = float(errors[skipped:] @ errors[skipped:])
    for _ in range(_ITERATIONS if free else 0):
        step = np.linalg.lstsq(slopes[skipped:], -errors[skipped:])[0]
        length = 1.0
        while length > 0.05:
            moved = parameters + length * step
            if _is_stationary_and_invertible(orders, moved):
                told, tilted = _errors(values, orders, moved)
                reached = float(told[skipped:] @ told[skipped:])
                if reached < squares:
                    break
            length /= 2
        else:
            break
        gain = 1 - reached / squares
        parameters, errors, slopes, squares = moved, told, tilted, reached
        if gain < _ENOUGH_GAIN:
            break
    rows = len(values) - skipped
    deviance = rows * np.log(max(squares / rows, np.finfo(float).tiny))
    # Orders skip unequal numbers of rows: the deviance is brought to that of all of them.
    deviance *= len(values) / rows
    rows = len(values)
    aicc = float(deviance + 2 * (free + 1) * rows / max(rows - free - 2, 1))
    return _Estimate(orders, parameters, errors, squares, aicc)


def _errors(values: Array, orders: Orders, parameters: Array) -> tuple[Array, Array]:
    """The errors and their derivatives, one column per parameter."""
    ar, ma = orders.polynomials(parameters)
    p, seasonal_p, q, seasonal_q = orders.split(parameters)
    centred = values - parameters[-1] if orders.has_mean else values
    errors = lfilter(ar, ma, centred)
    slopes = np.zeros((len(values), len(parameters)))
    of_values = lfilter([1.0], ma, centred) if orders.p or orders.seasonal_p else centred
    column = 0
    for count, lag, other in (
        (orders.p, 1, _at_lags(-seasonal_p, orders.season)),
        (orders.seasonal_p, orders.season, _at_lags(-p, 1)),
    ):
        if count:
            slope = -np.convolve(of_values, other)[: len(values)]
            column = _delay_into(slopes, column, slope, count, lag)
    for count, lag, own in (
        (orders.q, 1, _at_lags(q, 1)),
        (orders.seasonal_q, orders.season, _at_lags(seasonal_q, orders.season)),
    ):
        if count:
            column = _delay_into(slopes, column, -lfilter([1.0], own, errors), count, lag)
    if orders.has_mean:
        slopes[:, -1] = -ar.sum() / ma.sum()
    return errors, slopes


def _delay_into(slopes: Array, column: int, slope: Array, count: int, lag: int) -> int:
    for place in range(1, count + 1):
        slopes[place * lag :, column] = slope[: -place * lag]
        column += 1
    return column


def _at_lags(coefficients: Array, lag: int) -> Array:
    polynomial = np.zeros(len(coefficients) * lag + 1)
    polynomial[0] = 1.0
    polynomial[lag::lag] = coefficients
    return polynomial


def _is_stationary_and_invertible(orders: Orders, parameters: Array) -> bool:
    p, seasonal_p, q, seasonal_q = orders.split(parameters)
    return all(_fades(one) for one in (-p, -seasonal_p, q, seasonal_q))


def _fades(coefficients: Array) -> bool:
    """Whether the roots lie well within the unit circle: the Schur-Cohn recursion."""
    scaled = coefficients / _INVERTIBLE ** np.arange(1, len(coefficients) + 1)
    while len(scaled):
        last = scaled[-1]
        if not abs(last) < 1:
            return False
        scaled = (scaled[:-1] - last * scaled[:-1][::-1]) / (1 - last * last)
    return True


def _finished(best: _Estimate, values: Array, scale: Scale) -> FittedArima:
    """The recursion goes on from the newest values; what is left of old errors is its input."""
    orders = best.orders
    ar, ma = orders.polynomials(best.parameters)
    whole = np.convolve(ar, orders.difference)
    newest = values[: -len(whole) : -1] if len(whole) > 1 else values[:0]
    state = lfiltic(np.ones(1), whole, newest)
    drift = float(best.parameters[-1]) if orders.has_mean else 0.0
    errors = best.errors[: -len(ma) : -1] if len(ma) > 1 else best.errors[:0]
    left_over = lfiltic(ma, np.ones(1), np.empty(0), errors)
    state = _sum(state, left_over)
    return FittedArima(orders, best.parameters, drift, state, scale)


def _sum(one: Array, other: Array) -> Array:
    total = np.zeros(max(len(one), len(other)))
    total[: len(one)] += one
    total[: len(other)] += other
    return total
