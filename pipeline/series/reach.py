"""How far ahead to forecast, and what is known of the periods ahead."""

from collections.abc import Collection, Sequence

import numpy as np

from pipeline.errors import InvalidParameterError
from pipeline.forecast.history.covariates import LEAST_OBSERVED_SHARE, as_seen
from pipeline.forecast.history.validation import MAX_VALUE
from pipeline.series.methods.method import Array
from pipeline.series.panel import Panel, Series
from pipeline.table.arrow import name_columns
from pipeline.table.spec import TableSpec

_SHARE_OF_HISTORY = 4
_KNOWN_SHARE = 0.5
MOST_PERIODS = 10_000


def find_horizon(panel: Panel, spec: TableSpec, notes: list[str]) -> int:
    """What was asked for, at least what the table itself has rows for; by default what is usual for
    the frequency, and at most a quarter of the history.

    Raises
    ------
    InvalidParameterError
        If it is longer than the longest series.
    """
    rows = [len(one.values) for one in panel.series]
    most = min(max(rows), MOST_PERIODS)
    if spec.horizon is not None and spec.horizon > most:
        raise InvalidParameterError(
            f"horizon is {spec.horizon}; the longest series has {max(rows):,} periods"
            f" ({panel.calendar.name}); accepted: 1 to {most:,}"
        )
    future = min(panel.future, most)
    if spec.horizon is not None:
        return max(spec.horizon, future)
    if future:
        notes.append(
            f"The table has rows of {future:,} periods without a target after the last one with it:"
            " these are forecast"
        )
        return future
    usual = max(1, min(panel.calendar.usual_horizon, int(np.median(rows)) // _SHARE_OF_HISTORY))
    notes.append(
        f"No horizon was asked for: {usual:,} periods ({panel.calendar.name}) are forecast"
    )
    return usual


def known_ahead(series: Series, horizon: int) -> dict[str, Array]:
    """The covariates of a series that are known for the whole horizon and vary in its history, for
    its history and the periods ahead, without gaps."""
    rows = len(series.values)
    known = {}
    for name, values in series.covariates.items():
        past, ahead = values[:rows], values[rows : rows + horizon]
        finite = np.isfinite(past)
        if len(ahead) < horizon or not np.isfinite(ahead).all():
            continue
        if finite.mean() < _KNOWN_SHARE or np.ptp(past[finite]) == 0:
            continue
        known[name] = _without_gaps(values)
    return known


def seen_so_far(series: Series, known: Collection[str]) -> dict[str, Array]:
    """The covariates of a series that vary in its history but are not known ahead: by period, the
    newest value that had been seen by then. Larger ones than the engine takes count as unknown."""
    seen = {}
    for name in [name for name in series.covariates if name not in known]:
        past = series.covariates[name][: len(series.values)]
        usable = np.where(np.abs(past) <= MAX_VALUE, past, np.nan)
        told = usable[np.isfinite(usable)]
        if len(told) >= LEAST_OBSERVED_SHARE * len(past) and told.min() < told.max():
            seen[name] = as_seen(usable)
    return seen


def covariate_notes(
    offered: tuple[str, ...], used: set[str], looked_back: Sequence[str]
) -> list[str]:
    """Which number columns are used, and why the others are not."""
    notes = []
    unused = [name for name in offered if name not in used and name not in looked_back]
    if used:
        named = name_columns([name for name in offered if name in used])
        notes.append(f"Used beside the history, because the table tells them ahead: {named}")
    if looked_back:
        notes.append(
            "Used though the table tells only their past, because that helped to forecast what came"
            f" after it: {name_columns(list(looked_back))}"
        )
    if unused:
        notes.append(
            "Not used, because the table does not tell how they go on (rows with a time after the"
            " last target value) and their past tells too little of what comes after it, or because"
            f" they never change: {name_columns(unused)}"
        )
    return notes


def _without_gaps(values: Array) -> Array:
    """A gap has the value before it, or the first one."""
    known = np.isfinite(values)
    places = np.maximum.accumulate(np.where(known, np.arange(len(values)), 0))
    return np.where(np.isfinite(values[places]), values[places], values[known.argmax()])
