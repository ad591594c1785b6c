"""Exponential smoothing in state-space form (Hyndman, Koehler, Ord and Snyder 2008).

The errors are additive, of the values or, where all are above 0, of their logarithms, which makes
level and season multiplicative. Season, trend and echo are there if Akaike's criterion wants them.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.statistical.innovations import (
    Array,
    Innovations,
    Recursion,
    fit_innovations,
)
from pipeline.forecast.statistical.scales import Scale, scale_of
from pipeline.forecast.statistical.smoothing import MOST_DAMPING, PHI, Smoothing

NEWEST_ROWS = 2_000
LONGEST_SEASON = 24
"""Each place of a season is a number to estimate; longer seasons are taken out beforehand."""
_CLEARLY = 4.0
"""By so much a trend or an echo has to be better: by less they are as often wrong as right."""
_HARDLY_DAMPED = MOST_DAMPING - 0.02
_FEW_ROWS = 60
"""Of so few, damping cannot be told from none."""


@dataclass(frozen=True, slots=True)
class FittedSmoothing:
    """The chosen smoothing with its parameters, and the scale that it works on."""

    smoothing: Smoothing
    parameters: Array
    recursion: Recursion
    scale: Scale

    def predict(self, steps: NDArray[np.int64]) -> Array:
        """The forecast of some steps ahead, 1 for the first."""
        return self.scale.back(self.recursion.forecast(steps))


@dataclass(frozen=True, slots=True)
class _Tried:
    smoothing: Smoothing
    scale: Scale
    model: Innovations
    criterion: float


def fit_ets(
    values: Array, seasons: tuple[int, ...] = (), *, may_take_logs: bool = True
) -> FittedSmoothing:
    """The exponential smoothing with the smallest corrected criterion of Akaike.

    The season is chosen first, then the scale, then echo and trend.

    Parameters
    ----------
    values
        Without gaps; the newest 2,000 are looked at.
    seasons
        Rows after which the pattern repeats; the shortest is used, up to 24.
    may_take_logs
        Whether logarithms are tried.
    """
    values = values[-NEWEST_ROWS:]
    season = min((one for one in seasons if 1 < one <= LONGEST_SEASON), default=1)
    season = season if len(values) >= 2 * season + 4 else 1
    plain = scale_of(values, is_log=False)
    best = min((_try(values, plain, Smoothing(one)) for one in {1, season}), key=_criterion)
    if may_take_logs and values.min() > 0:
        logs = scale_of(values, is_log=True)
        best = min(best, _try(values, logs, best.smoothing, best), key=_criterion)
    if len(values) > best.smoothing.season + 12:
        best = _with_trend(values, _with_echo(values, best))
    return FittedSmoothing(best.smoothing, best.model.parameters, best.model.recursion, best.scale)


def go_on_with_ets(values: Array, before: FittedSmoothing) -> FittedSmoothing:
    """The same smoothing for values that have become more, sought from where it was."""
    values = values[-NEWEST_ROWS:]
    scale = scale_of(values, is_log=before.scale.is_log and bool(values.min() > 0))
    starts = before.parameters[None]
    model = fit_innovations(scale.forward(values), before.smoothing, starts)
    return FittedSmoothing(before.smoothing, model.parameters, model.recursion, scale)


def _with_echo(values: Array, found: _Tried) -> _Tried:
    echoing = _try(values, found.scale, replace(found.smoothing, has_echo=True), found)
    return _clearly_better(echoing, found)


def _with_trend(values: Array, found: _Tried) -> _Tried:
    """A trend is tried without damping only where the best damping is next to none."""
    damped = replace(found.smoothing, has_trend=True, is_damped=True)
    best = _try(values, found.scale, damped, found)
    damping = best.model.parameters[damped.names.index(PHI)]
    if damping > _HARDLY_DAMPED or len(values) < _FEW_ROWS:
        straight = _try(values, found.scale, replace(damped, is_damped=False), found)
        best = min(best, straight, key=_criterion)
    return _clearly_better(best, found)


def _clearly_better(tried: _Tried, found: _Tried) -> _Tried:
    return tried if tried.criterion < found.criterion - _CLEARLY else found


def _try(
    values: Array, scale: Scale, smoothing: Smoothing, simpler: _Tried | None = None
) -> _Tried:
    """Fit one smoothing, from where a simpler one has come to."""
    starts = smoothing.starts
    if simpler is not None:
        starts = smoothing.starts_after(simpler.smoothing, simpler.model.parameters)
    model = fit_innovations(scale.forward(values), smoothing, starts)
    return _Tried(smoothing, scale, model, model.aicc - 2 * scale.log_density(values))


def _criterion(tried: _Tried) -> float:
    return tried.criterion
