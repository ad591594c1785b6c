"""Lasting changes of the level, such as by a new competitor or a shop that moved.

A level is the logarithm of a cycle's mean (daily rows: of a week's). A shift is where the medians
of eight cycles before and after differ by more than chance explains, at once and not by and by, for
good, and not at the same time of each year.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.history.neighbours import sorted_median
from pipeline.forecast.history.prepared import History

SIDE = 8
"""Cycles on either side: two months of daily rows, so that no holiday season passes for a level."""
LEAST_CHANGE = np.log(1.25)
"""Smaller changes are followed well enough by every method."""
LEAST_SCORE = 6.0
"""In standard errors; with hundreds of places under test, 4 would come by chance."""
SUDDEN_SHARE, SUDDEN_SCORE = 0.6, 3.0
"""Of the change must be left, and so many standard errors, beside a straight line over all cycles:
of a steady trend or the slope of a year nothing is left.
"""
LASTING_CYCLES, LASTING_SHARE = 26, 0.6
YEAR_CYCLES, SAME_TIME = 52, 3
"""A change at the same time of another year, three weeks more or less, belongs to the season."""
MOST_SHIFTS = 3
MAD_TO_SIGMA, MEDIAN_LOSS = 1.4826, 1.57
"""The variance of a median is π/2 times that of a mean."""

Values = NDArray[np.float64]

_CYCLES = np.arange(2 * SIDE)
_LINE_AND_STEP = np.column_stack([np.ones(2 * SIDE), _CYCLES, _CYCLES >= SIDE])
_STEP_BESIDE_LINE = np.linalg.pinv(_LINE_AND_STEP)[2]
_STEP_ERROR = float(np.linalg.norm(_STEP_BESIDE_LINE))


@dataclass(frozen=True, slots=True)
class LevelShift:
    """From ``row`` on, at ``ds``, quantities are ``ratio`` times what they were before."""

    row: int
    ds: pd.Timestamp
    ratio: float


def level_shifts(history: History) -> tuple[LevelShift, ...]:
    """The lasting changes of a history, in their order; none where it is shorter than 16 cycles."""
    width = _cycle(history.frequency)
    cycles = len(history) // width if width else 0
    if cycles < 2 * SIDE:
        return ()
    values = history.filled
    newest = values[len(values) - cycles * width :].reshape(cycles, width)
    means = newest.mean(axis=1)
    usual = np.median(means)
    if usual <= 0 or (means <= 0).mean() > 1 / SIDE:
        return ()
    levels = np.log(np.maximum(means, 0.02 * usual))
    first = len(values) - cycles * width
    found = [
        _placed(history, first + place * width, width, float(jump))
        for place, jump in _jumps(levels)
    ]
    return tuple(sorted(found, key=lambda shift: shift.row))


def at_newest_level(history: History, shifts: tuple[LevelShift, ...]) -> History:
    """The same history as if all of it had been sold at its newest level."""
    if not shifts:
        return history
    factor = np.ones(len(history))
    for shift in shifts:
        factor[: shift.row] *= shift.ratio
    return history.with_values(history.actual * factor)


def _cycle(frequency: Frequency) -> int:
    """Rows of one cycle; 0 where rows are too coarse to tell a shift from the time of the year."""
    return {Unit.HOUR: frequency.rhythm, Unit.DAY: 7, Unit.WEEK: 1, Unit.MONTH: 0}[frequency.unit]


def _jumps(levels: Values) -> list[tuple[int, float]]:
    """Where levels change for good, and by how much, the clearest first."""
    around = np.lib.stride_tricks.sliding_window_view(levels, SIDE)
    medians = sorted_median(around)
    places = np.arange(SIDE, len(levels) - SIDE + 1)
    jumps = medians[places] - medians[places - SIDE]
    is_large = np.abs(jumps) >= LEAST_CHANGE
    if not is_large.any():
        return []
    noise = MAD_TO_SIGMA * np.median(np.abs(np.diff(levels))) / np.sqrt(2)
    scores = np.abs(jumps) / (noise * np.sqrt(2 * MEDIAN_LOSS / SIDE) + 1e-12)
    is_clear = is_large & (scores >= LEAST_SCORE)
    kept: list[tuple[int, float]] = []
    for at in np.argsort(-np.abs(jumps), kind="stable").tolist():
        place = int(places[at])
        if not is_clear[at] or any(abs(place - other) < SIDE for other, _ in kept):
            continue
        is_sudden = _is_sudden(levels, place, jumps[at], noise)
        if is_sudden and _lasts(levels, place, jumps[at]) and not _recurs(jumps, at):
            kept.append((place, float(jumps[at])))
        if len(kept) == MOST_SHIFTS:
            break
    return kept


def _is_sudden(levels: Values, place: int, jump: float, noise: float) -> bool:
    """Whether a step remains beside a steady change over the same cycles."""
    around = levels[place - SIDE : place + SIDE]
    step = float(_STEP_BESIDE_LINE @ around) * np.sign(jump)
    return bool(step >= SUDDEN_SHARE * abs(jump) and step >= SUDDEN_SCORE * noise * _STEP_ERROR)


def _lasts(levels: Values, place: int, jump: float) -> bool:
    later = np.median(levels[place : place + LASTING_CYCLES])
    before = np.median(levels[max(place - LASTING_CYCLES, 0) : place])
    return bool((later - before) * np.sign(jump) >= LASTING_SHARE * abs(jump))


def _recurs(jumps: Values, at: int) -> bool:
    for year in (-2, -1, 1, 2):
        start = at + year * YEAR_CYCLES - SAME_TIME
        same = jumps[max(start, 0) : max(start + 2 * SAME_TIME + 1, 0)] * np.sign(jumps[at])
        if len(same) and same.max() >= abs(jumps[at]) / 2:
            return True
    return False


def _placed(history: History, row: int, width: int, jump: float) -> LevelShift:
    """The row within a cycle of ``row`` that parts the rows around it best."""
    start, stop = max(row - SIDE * width, 0), min(row + SIDE * width, len(history))
    values = history.filled[start:stop]
    by_place = np.arange(start, stop) % width
    usual = np.bincount(by_place, weights=values) / np.bincount(by_place)
    plain = values - usual[by_place]
    sums = np.cumsum(plain)
    before = np.arange(max(row - width, start + 1), min(row + width, stop - 1)) - start
    left, right = sums[before - 1] / before, (sums[-1] - sums[before - 1]) / (len(plain) - before)
    parted = before * (len(plain) - before) * (left - right) ** 2
    best = start + int(before[np.argmax(parted)])
    return LevelShift(best, history.ds[best], float(np.exp(jump)))
