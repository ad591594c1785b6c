"""After how many periods the pattern of a series repeats."""

import numpy as np
import numpy.typing as npt

from pipeline.series.calendar import Calendar

_LEAST_GAIN = 0.1
_SIGNIFICANT = 1.645
_SHORTER_IS_BETTER = 0.05
_CYCLES_LOOKED_AT = 60


def find_season(values: npt.NDArray[np.float64], calendar: Calendar) -> int:
    """The season of the calendar that the values show best, or 1.

    A season shows if values one season apart agree more than values half a season apart do, by
    more than chance would make them (a slowly moving level agrees more at half the distance).
    """
    best, best_gain = 1, 0.0
    for season in calendar.seasons:
        recent = values[-_CYCLES_LOOKED_AT * season :]
        if len(recent) < 2 * season:
            continue
        level = _without_trend(recent)
        gain = _agreement(level, season) - _agreement(level, max(1, season // 2))
        needed = max(_LEAST_GAIN, _SIGNIFICANT / np.sqrt(len(recent)))
        if gain > needed and gain > best_gain + _SHORTER_IS_BETTER:
            best, best_gain = season, gain
    return best


def _without_trend(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    places = np.arange(len(values), dtype=np.float64)
    known = np.isfinite(values)
    if known.sum() < 3:
        return values
    slope, level = np.polyfit(places[known], values[known], 1)
    return np.asarray(values - slope * places - level, dtype=np.float64)


def _agreement(values: npt.NDArray[np.float64], lag: int) -> float:
    """The correlation of values ``lag`` periods apart."""
    now, before = values[lag:], values[:-lag]
    known = np.isfinite(now) & np.isfinite(before)
    now, before = now[known], before[known]
    spread = np.nanvar(values)
    if len(now) < 2 or not spread > 0:
        return 0.0
    return float(np.mean(now * before) / spread)
