"""Which candidates are tried where none is asked for: what the budget and the rows are worth."""

from typing import Final

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.spec import BEST

LEFT_OUT_OF_HOURS: Final = frozenset({"mstl", "prophet", "prophet_multiplicative"})
"""The autoregression takes the same seasons out as `mstl` and tells more of the rest, and of the
forms of Prophet the tuned one follows chance least. Beside them these are a fifth of the time, and
forecasts are no better with them."""


def candidates_tried(budget: str, frequency: Frequency) -> tuple[str, ...]:
    """Names of candidates, in the order in which one stands in for another."""
    left_out = LEFT_OUT_OF_HOURS if frequency.unit is Unit.HOUR and budget != BEST else ()
    return tuple(
        name for name, one in CANDIDATES.items() if budget in one.budgets and name not in left_out
    )
