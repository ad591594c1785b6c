"""What was changed or found in a history before it was learned from, in words."""

from collections.abc import Sequence

from pipeline.forecast.calendar.calendar_effects import CalendarEffects
from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.history.level_shifts import LevelShift
from pipeline.forecast.history.notes import moment


def level_notes(shifts: Sequence[LevelShift], frequency: Frequency) -> tuple[str, ...]:
    """When the level changed for good, and by how much."""
    return tuple(
        f"Since {moment(shift.ds, frequency)} about {abs(shift.ratio - 1):.0%}"
        f" {'more' if shift.ratio > 1 else 'less'} is sold than before: what was sold earlier is"
        " learned from as if it had been at today's level."
        for shift in shifts
    )


def calendar_notes(effects: CalendarEffects) -> tuple[str, ...]:
    """What the calendar was found to do beside weekdays, holidays and the year."""
    of_month = ("What is sold depends on the time of the month: the forecast follows that.",)
    of_flags = [
        f"What {name.replace('_', ' ')} does depends on the day of the week: the forecast follows"
        " that."
        for name in effects.weekdays
    ]
    return (*(of_month if effects.month else ()), *of_flags)
