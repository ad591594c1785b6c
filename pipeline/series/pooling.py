"""What all series of a table have in common, learned as it would have been known at the origins of
the tests on past periods, and as it is known now.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence

from pipeline.forecast.shared import SharedProfile, fit_shared
from pipeline.progress import Progress
from pipeline.series.clock import Clock, Now
from pipeline.series.comparison import head
from pipeline.series.fitting import FEWEST_FITS, Planned
from pipeline.series.methods.common import Common
from pipeline.series.methods.method import Past
from pipeline.series.methods.registry import ENGINE, METHODS
from pipeline.series.methods.sales_engine import frequency_of
from pipeline.series.methods.useful import with_useful_covariates
from pipeline.series.methods.whole_engine import engine_rows, engine_spec, is_known_to_the_engine

log = logging.getLogger(__name__)

LEAST_SERIES = 5
_LEAST_ROWS = 14
_MOST_ROWS = 2_000_000
_SECONDS, _SECONDS_PER_SERIES = 1.0, 0.035
"""What learning from all series once takes at all, and for each series."""
_LEARNINGS = 3
_REPORTED = 50
"""After so many series it is looked whether there is still time."""
_SHARE_OF_TIME = 0.25
"""Of the time that is left; the rest is for the forecasts that use it."""

OnStep = Callable[[float, str], None]


def learn_common(
    planned: Sequence[Planned], clock: Clock, threads: int, on_step: OnStep
) -> Common | None:
    """Learn from all series together, or None where there are too few or too little time.

    Parameters
    ----------
    planned
        Every series with the windows that will decide and judge.
    clock
        Says how much time is left.
    threads
        To grow trees with; the result is the same.
    on_step
        Told the share that is done and what is being done; what it raises ends the learning.
    """
    pasts = [one.past for one in planned if _can_teach(one.past)]
    if len(pasts) < LEAST_SERIES or sum(map(len, pasts)) > _MOST_ROWS:
        return None
    limit = clock.now() + _SHARE_OF_TIME * clock.left
    if not _has_time(pasts, clock, limit):
        return None
    learned: list[tuple[int, SharedProfile]] = []
    origins = _origins(planned)
    for number, origin in enumerate(origins):
        step = _until(limit, clock.now, number, len(origins), on_step)
        try:
            learned.append((origin, _learn(pasts, origin, threads, step)))
        except _OutOfTimeError:
            log.warning("learning from all series took too long and was given up")
            return None
    return Common(tuple(learned))


def _can_teach(past: Past) -> bool:
    """Values that had to be moved up have lost their proportions."""
    return not past.signed and len(past) >= _LEAST_ROWS and is_known_to_the_engine(past)


def _has_time(pasts: Sequence[Past], clock: Clock, limit: float) -> bool:
    """Whether it can be learned, and the engine, which alone uses it, has time for a part of the
    series afterwards.
    """
    needed = _LEARNINGS * (_SECONDS + _SECONDS_PER_SERIES * len(pasts))
    engine = METHODS[ENGINE]
    used = sum(
        clock.needed(
            ENGINE, engine.seconds, fits=FEWEST_FITS, rows=min(len(past), engine.most_rows)
        )
        for past in pasts
    )
    return clock.now() + needed <= limit and needed + used <= clock.left


def _origins(planned: Sequence[Planned]) -> list[int]:
    """The usual first periods of the windows that decide, of those that judge, and of the
    forecast, the earliest first."""
    first: list[Counter[int]] = [Counter(), Counter(), Counter()]
    for one in planned:
        start, plan = one.past.first, one.plan
        for place, windows in enumerate((plan.selection, plan.test)):
            if windows:
                first[place][start + windows[0].origin] += 1
        first[2][start + len(one.past)] += 1
    return sorted({max(found, key=lambda at: (found[at], at)) for found in first if found})


def _learn(pasts: Sequence[Past], origin: int, threads: int, on_step: OnStep) -> SharedProfile:
    histories = {}
    for number, past in enumerate(pasts):
        if number % _REPORTED == 0:
            on_step(0.0, f"Reading all series ({number:,} of {len(pasts):,})")
        known = head(past, min(len(past), max(0, origin - past.first)))
        if known.has_values:
            rows = engine_rows(with_useful_covariates(known), 0.0, origin)
            histories[f"{number:05d}"] = past.category, rows
    spec = engine_spec(frequency_of(pasts[0]), pasts[0].horizon, pasts[0].seed)

    def on_progress(progress: Progress) -> None:
        on_step(progress.percentage / 100, progress.message)

    return fit_shared(histories, spec, threads=threads, on_progress=on_progress)


class _OutOfTimeError(Exception):
    """There is no time left to learn from all series."""


def _until(limit: float, now: Now, number: int, count: int, on_step: OnStep) -> OnStep:
    def step(share: float, message: str) -> None:
        if now() > limit:
            raise _OutOfTimeError
        on_step((number + share) / count, message)

    return step
