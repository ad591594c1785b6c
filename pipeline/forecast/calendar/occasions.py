"""Days on which a shop is closed, and days on which something happens, as a tenant states them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import InvalidParameterError
from pipeline.forecast.calendar.frequency import Frequency, day_of_each

MAX_OCCASIONS = 2_000
MAX_SPAN_DAYS = 366

Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Closure:
    """The shop is closed from ``first`` to ``last``, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        _require_span("closure", self.first, self.last)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that sells more or less, from ``first`` to ``last``; it recurs under its name."""

    name: str
    first: date
    last: date

    def __post_init__(self) -> None:
        _require_span(f"event {self.name!r}", self.first, self.last)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday as an outside calendar tells it."""

    day: date
    name: str


def require_few(name: str, occasions: Sequence[object]) -> None:
    """Refuse more than 2,000: each event name is a column of the regression."""
    if len(occasions) > MAX_OCCASIONS:
        raise InvalidParameterError(
            f"{name} has {len(occasions)} entries; accepted are up to {MAX_OCCASIONS}"
        )


def days_of(spans: Sequence[Closure | Event]) -> Days:
    """Every day of the spans, sorted, each once."""
    days = [
        np.arange(np.datetime64(span.first, "D"), np.datetime64(span.last, "D") + 1)
        for span in spans
    ]
    return np.unique(np.concatenate(days)) if days else np.empty(0, dtype="datetime64[D]")


def days_by_name(events: Sequence[Event]) -> dict[str, Days]:
    """The days of each event, in the order of the names."""
    names = sorted({event.name for event in events})
    return {name: days_of([one for one in events if one.name == name]) for name in names}


def share_within(days: Days, ds: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> NDArray[np.float64]:
    """Which share of each period, from its time stamp up to its end, lies on one of the days."""
    first, stop = day_of_each(ds), day_of_each(ends)
    length = np.maximum((stop - first).astype(np.float64), 1.0)  # within a day: the day itself
    stop = np.maximum(stop, first + np.timedelta64(1, "D"))
    found = np.searchsorted(days, stop) - np.searchsorted(days, first)
    return np.asarray(found / length, dtype=np.float64)


def closed_rows(
    closures: Sequence[Closure], ds: pd.DatetimeIndex, frequency: Frequency
) -> NDArray[np.bool_]:
    """Which periods lie wholly in closures."""
    if not closures:
        return np.zeros(len(ds), dtype=np.bool_)
    share = share_within(days_of(closures), ds, frequency.ends(ds))
    return np.asarray(share >= 1.0)


def _require_span(name: str, first: date, last: date) -> None:
    if not 0 <= (last - first).days < MAX_SPAN_DAYS:
        raise InvalidParameterError(
            f"{name} reaches from {first} to {last}; accepted is a first day not after the last"
            f" one, and at most {MAX_SPAN_DAYS} days"
        )
