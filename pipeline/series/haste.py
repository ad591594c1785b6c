"""Series that the time was over for: the last season again, with intervals of one shape for all."""

from collections.abc import Sequence

import numpy as np

from pipeline.forecast.intervals.calibrate import Calibration, are_whole
from pipeline.forecast.intervals.growth import USUAL_POWER
from pipeline.forecast.intervals.shape import GRID, shape_of
from pipeline.series.comparison import Comparison
from pipeline.series.fitting import FittedSeries, Outcome, Planned, nothing_judged
from pipeline.series.intervals import INTERVAL_LEVEL, Intervals, moved_far_up
from pipeline.series.methods.method import Array, Past
from pipeline.series.methods.registry import BASELINE
from pipeline.series.methods.simple import fit_seasonal_naive

_MOST_CHANGES = 20_000
"""So many tell the shape as well as all of them."""
_LEAST_LEVEL = 1e-12


def forecast_in_haste(planned: Sequence[Planned], names: Sequence[str]) -> list[Outcome]:
    """Forecast series without comparing methods, at next to no cost for each.

    ``names`` are the methods that there was no time for.
    """
    changes = [_changes(one.past) for one in planned]
    shape = _common_shape(changes)
    return [
        Outcome(
            fitted=_fitted(one, change, shape),
            past=one.past,
            comparison=Comparison(was_scored=False, short_of_time=list(names)),
            training=nothing_judged(),
            test=nothing_judged(),
            baseline=nothing_judged(),
        )
        for one, change in zip(planned, changes, strict=True)
    ]


def _fitted(planned: Planned, changes: Array, shape: tuple[float, ...]) -> FittedSeries:
    past = planned.past
    simple = fit_seasonal_naive(past)
    return FittedSeries(
        names=planned.names,
        next=past.first + len(past),
        rows=len(past),
        algorithm=BASELINE,
        members={BASELINE: simple},
        simple=simple,
        intervals=_intervals(past, changes, shape),
        covariates={},
        signed=past.signed,
    )


def _intervals(past: Past, changes: Array, shape: tuple[float, ...]) -> Intervals:
    """As wide as values one season apart usually differ."""
    values = past.filled
    moved = moved_far_up(values) if past.signed else 0.0
    level = max(float(values.mean()) + moved, _LEAST_LEVEL)
    size = float(np.abs(changes).mean()) if len(changes) else 0.0
    return Intervals(
        Calibration(
            level=level,
            power=0.0 if past.signed else USUAL_POWER,
            ends=(),
            spreads=(size / level,),
            shape=shape,
            interval_width=INTERVAL_LEVEL,
            is_count=not past.signed and are_whole(past.actual),
        ),
        moved,
        past.signed,
    )


def _changes(past: Past) -> Array:
    """Differences of values one season apart, as far as both are known."""
    lag = past.season if len(past) > past.season else 1
    off = past.actual[lag:] - past.actual[:-lag]
    return np.asarray(off[np.isfinite(off)])


def _common_shape(changes: Sequence[Array]) -> tuple[float, ...]:
    """The quantiles of changes in units of how large they usually are in their series."""
    scores = [one / np.abs(one).mean() for one in changes if np.any(one)]
    if not scores:
        return (0.0,) * len(GRID)
    joined = np.concatenate(scores)
    joined = joined[:: 1 + len(joined) // _MOST_CHANGES]
    return tuple(shape_of(joined, np.ones(len(joined)), np.zeros(len(joined), int)).tolist())
