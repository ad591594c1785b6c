"""Why a forecast is what it is: the parts that add up to it, period by period, and in words."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.calendar_effects import BY_WEEKDAY, TIME_OF_MONTH
from pipeline.forecast.calendar.frequency import Unit
from pipeline.forecast.calendar.occasions import closed_rows
from pipeline.forecast.candidates.candidate import PointForecaster, predict
from pipeline.forecast.periods import Periods, PlainPeriods
from pipeline.forecast.result import FittedForecaster

Array = NDArray[np.float64]

TIME = "ds"
LEVEL, TREND, WEEK, CLOSED, OTHER = "level", "trend", "week", "closed", "other"
USUAL = "usual"
EVENT = "event:"
BASIS = (LEVEL, TREND)
"""What is there on every day; everything else moves a day away from it."""

LEAST_WEEKS = 3
"""Over so many weeks the mean of a weekday says what the day of the week does."""
DAYS_OF_WEEK = 7
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

MOST_TOLD = 3
LEAST_SHARE = 0.05
"""An effect of less than this share of the usual forecast is not worth a word."""

_ROUNDING = 1e-9
"""Of the largest forecast: what is left over by less is an error of the computer's arithmetic."""

_REASONS: Mapping[str, str] = {
    "day": "of the time of day",
    "year": "of the time of year",
    "holidays": "of the holiday",
    "events": "of the event",
    CLOSED: "the shop is closed",
    TIME_OF_MONTH: "of the time of the month",
    USUAL: "what usually sells is not the mean",
    OTHER: "of recent sales and all the rest",
}


@runtime_checkable
class Decomposable(Protocol):
    """A fitted candidate that can tell its parts."""

    def components(self, future: Periods) -> Mapping[str, Array]:
        """Additive parts by name; together they are the prediction."""
        ...


def drivers(
    model: FittedForecaster, future: pd.DataFrame, expected: Array | None = None
) -> dict[str, Array]:
    """The parts of a forecast.

    Parameters
    ----------
    model
        A fitted model.
    future
        As `FittedForecaster.predict` takes it.
    expected
        The ``yhat`` that it returns for them, where that is known already.

    Returns
    -------
    dict
        By name the values of each part, one per row of ``future``; in each row they add up to
        ``yhat``. Members that cannot tell their parts have a ``level``, their mean, the means of
        the weekdays as ``week`` where rows are daily, and the rest as ``other``, which also holds
        whatever else moves the forecast. Where the parts would lead below 0, those that take away
        are smaller. What a closure takes away is ``closed``. Where the forecast tells medians, the
        parts lead to the mean, and ``usual`` is what the median is beside it.
    """
    ds = pd.DatetimeIndex(future[TIME])
    steps = model.frequency.steps_after(model.last, ds)
    known = {name: future[name].to_numpy() for name in model.known}
    rows = model.periods(ds, steps, known)
    if expected is None:
        expected = model.predict(future)["yhat"].to_numpy()
    parts = _together(model, rows)
    closed = closed_rows(model.closures, ds, model.frequency)
    closed |= model.closed_times.at(ds, model.frequency)
    if closed.any():
        parts = _only_basis(parts, closed)
    parts = _not_below_zero(parts, expected)
    rest = expected - np.sum(list(parts.values()), axis=0)
    rest[np.abs(rest) < _ROUNDING * np.abs(expected).max(initial=0.0)] = 0.0
    left = USUAL if model.calibration.tells_median else OTHER
    return {**parts, left: parts.get(left, 0.0) + rest}


def effects(ds: pd.DatetimeIndex, parts: Mapping[str, Array]) -> list[tuple[str, ...]]:
    """For each period of `drivers` its strongest effects in words, such as ``"+6 because of the
    holiday"``; none for a period like any other.
    """
    names = [name for name in parts if name not in BASIS]
    if not names:
        return [()] * len(ds)
    least = LEAST_SHARE * float(np.abs(np.sum(list(parts.values()), axis=0)).mean())
    values = np.column_stack([parts[name] for name in names])
    strongest = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :MOST_TOLD]
    return [
        tuple(
            f"{_amount(row[place])} because {_reason(names[place], day)}"
            for place in places
            if abs(row[place]) > least
        )
        for day, places, row in zip(
            ds.day_of_week.tolist(), strongest.tolist(), values.tolist(), strict=True
        )
    ]


def _together(model: FittedForecaster, rows: PlainPeriods) -> dict[str, Array]:
    """The parts that the members tell, each as much as it counts."""
    parts: dict[str, Array] = {LEVEL: np.zeros(len(rows))}
    weights = model.weights or (1 / len(model.members),) * len(model.members)
    is_daily = model.frequency.name == Unit.DAY
    for member, weight in zip(model.members, weights, strict=True):
        for name, values in _parts(member, rows, is_daily=is_daily).items():
            told = name.removesuffix(BY_WEEKDAY)
            parts[told] = parts.get(told, 0.0) + weight * values
    return parts


def _parts(member: PointForecaster, rows: PlainPeriods, *, is_daily: bool) -> Mapping[str, Array]:
    if isinstance(member, Decomposable):
        return member.components(rows)
    values = predict(member, rows)
    level = np.full(len(values), values.mean())
    rest = values - level
    if not is_daily or len(rows) < LEAST_WEEKS * DAYS_OF_WEEK:
        return {LEVEL: level, OTHER: rest}
    days = rows.ds.day_of_week.to_numpy()
    week = (np.bincount(days, weights=rest) / np.bincount(days))[days]
    return {LEVEL: level, WEEK: week, OTHER: rest - week}


def _only_basis(parts: dict[str, Array], closed: NDArray[np.bool_]) -> dict[str, Array]:
    """While the shop is closed nothing else counts: that takes away what is usual."""
    others = {
        name: values if name in BASIS else np.where(closed, 0.0, values)
        for name, values in parts.items()
    }
    usual = np.sum([values for name, values in parts.items() if name in BASIS], axis=0)
    return {**others, CLOSED: np.where(closed, -usual, 0.0)}


def _not_below_zero(parts: dict[str, Array], expected: Array) -> dict[str, Array]:
    """Where parts would lead below 0, what takes away takes no more than there is."""
    values = np.array(list(parts.values()))
    taken = np.minimum(values, 0.0).sum(axis=0)
    too_much = np.where(expected <= 0, np.maximum(-values.sum(axis=0), 0.0), 0.0)
    kept = np.divide(taken + too_much, taken, out=np.ones_like(taken), where=taken < 0)
    return dict(zip(parts, np.where(values < 0, values * kept, values), strict=True))


def _reason(name: str, day: int) -> str:
    if name == WEEK:
        return f"it is a {_DAYS[day]}"
    return _REASONS.get(name) or f"of {name.removeprefix(EVENT).replace('_', ' ')}"


def _amount(value: float) -> str:
    if abs(value) >= 10:
        return f"{value:+,.0f}"
    return f"{value:+.2g}"
