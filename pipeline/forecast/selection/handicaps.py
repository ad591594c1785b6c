"""How many times the error of a candidate counts beside those of others.

A few windows are little evidence of who forecasts best. What forecasts of many series have shown
is evidence, too: which kinds of models are best in the past by chance.
"""

from typing import Final

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.candidates.known import CANDIDATES

SIMPLE: Final = 1.6
"""Models that only repeat or average the past have their place where others fail: over a few
windows without a change their error is the smallest by chance, and full models see the change
coming that the next window brings."""
MONTHS_WITHOUT_SMOOTHING: Final = 1.3
"""Of months, where a row is long and most series wander, the newest rows tell more than the
calendar: methods that smooth begin where a series is, while what a regression explains by bends and
waves of its past often goes on for three windows and then fails."""


def handicap(name: str, frequency: Frequency) -> float:
    """What the error of a candidate is multiplied by before it is compared."""
    candidate = CANDIDATES[name]
    if candidate.is_simple:
        return SIMPLE
    is_of_months = frequency.unit is Unit.MONTH
    return MONTHS_WITHOUT_SMOOTHING if is_of_months and not candidate.smooths else 1.0
