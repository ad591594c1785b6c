"""What was recognised in a history and treated apart, in the words of those who keep its books."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.history.covariates import Assumed
from pipeline.forecast.history.notes import moment, periods
from pipeline.forecast.history.recognition import Recognised

MOST_SPANS = 5
"""Spans that are named; of the others their number is told."""
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def gap_notes(
    recognised: Recognised, ds: pd.DatetimeIndex, frequency: Frequency
) -> tuple[str, ...]:
    """Regular closures, stock-outs, the change of the clock, and the end of a product."""
    times, notes = recognised.closed_times, []
    if times.has_ended:
        newest = ds[np.flatnonzero(recognised.values > 0)[-1]]
        notes.append(
            f"Nothing has been sold since {moment(newest, frequency)}: the product counts as"
            " ended, and the forecast is 0. When it sells again, train it again."
        )
    if times.slots and frequency.unit is Unit.DAY:
        weekdays = _listed([f"{_WEEKDAYS[slot]}s" for slot in times.slots])
        notes.append(f"Nothing is sold on {weekdays}: they count as closed, and the forecast is 0.")
    elif times.slots:
        notes.append(
            f"Nothing is sold at {len(times.slots)} of {168 // frequency.step} times of the week:"
            " they count as closed, and the forecast is 0."
        )
    if times.days:
        first = ", ".join(str(day) for day in times.days[:MOST_SPANS])
        more = " and later ones" if len(times.days) > MOST_SPANS else ""
        notes.append(
            f"The shop is closed on {first}{more}, as it was on such public holidays before or as"
            " a column of the data says: the forecast is 0."
        )
    if recognised.sold_out.any():
        notes.append(_sold_out_note(np.flatnonzero(recognised.sold_out), ds, frequency))
    if recognised.hidden.any():
        notes.append("The hour that does not exist when the clocks go forward is left out.")
    return tuple(notes)


def beginning_notes(
    ds: pd.DatetimeIndex, start: int, frequency: Frequency, *, is_cut: bool
) -> tuple[str, ...]:
    """From when on a history is learned from, where that is not its beginning."""
    if start <= 0:
        return ()
    if is_cut:
        kept = periods(len(ds) - start, frequency)
        return (f"The history is long: the newest {kept} are learned from.",)
    return (
        f"Nothing was sold before {moment(ds[start], frequency)}: the product counts as new from"
        " then on.",
    )


def assumption_notes(assumed: Mapping[str, Assumed]) -> tuple[str, ...]:
    """What is taken for granted of columns that do not reach to the end of the forecast."""
    off = [name for name, one in assumed.items() if one.is_flag]
    held = [name for name, one in assumed.items() if not one.is_flag]
    notes = []
    if off:
        notes.append(f"Taken as off where the file does not state it ahead: {', '.join(off)}.")
    if held:
        notes.append(
            f"Taken to stay as it last was where the file does not state it ahead:"
            f" {', '.join(held)}."
        )
    return tuple(notes)


def _sold_out_note(rows: np.ndarray, ds: pd.DatetimeIndex, frequency: Frequency) -> str:
    edges = np.flatnonzero(np.diff(rows, prepend=-2) > 1).tolist()
    spans = [(rows[a], rows[b - 1]) for a, b in pairwise([*edges, len(rows)])]
    named = [_span(ds[first], ds[last], frequency) for first, last in spans[:MOST_SPANS]]
    more = f" and {len(spans) - MOST_SPANS:,} more times" if len(spans) > MOST_SPANS else ""
    return (
        f"Nothing was sold for {periods(len(rows), frequency)} amid lively sales"
        f" ({', '.join(named)}{more}): taken as sold out or closed, so nothing is learned from"
        " there. If nobody wanted any then, train again with “Days without sales: Always count as"
        " no demand”."
    )


def _span(first: pd.Timestamp, last: pd.Timestamp, frequency: Frequency) -> str:
    if first == last:
        return moment(first, frequency)
    return f"{moment(first, frequency)} to {moment(last, frequency)}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
