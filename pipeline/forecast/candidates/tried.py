"""Which candidates are tried where none is asked for: what the budget and the rows are worth."""

from typing import Final

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.spec import BEST

LEFT_OUT: Final = {Unit.DAY: frozenset({"arima", "ces", "ets", "theta"})}
"""Whatever the time: `mstl` tells of days what other smoothing does, and of their year as well.
Beside it these take more time than all others, and make forecasts worse: who is best of many is
best by chance."""
LEFT_OUT_IN_HASTE: Final = {
    Unit.HOUR: frozenset({"mstl"}),
    Unit.WEEK: frozenset({"ets"}),
    Unit.MONTH: frozenset({"ets"}),
}
"""Where time counts. The autoregression takes the same seasons out of hours as `mstl` and tells
more of the rest. Of weeks and months `ets` smooths what `mstl` does: a method that counts twice
makes their forecasts worse."""


def candidates_tried(budget: str, frequency: Frequency) -> tuple[str, ...]:
    """Names of candidates, in the order in which one stands in for another."""
    left_out = LEFT_OUT.get(frequency.unit, frozenset())
    if budget != BEST:
        left_out |= LEFT_OUT_IN_HASTE.get(frequency.unit, frozenset())
    return tuple(
        name for name, one in CANDIDATES.items() if budget in one.budgets and name not in left_out
    )
