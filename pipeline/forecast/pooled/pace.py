"""How far the features look back, by the frequency of the rows."""

from dataclasses import dataclass

from pipeline.forecast.calendar.frequency import Frequency, Unit


@dataclass(frozen=True, slots=True)
class Pace:
    """Lengths in rows.

    Attributes
    ----------
    levels
        What recent levels are averaged over, shortest first; the last one is the scale of a
        product.
    cycles
        After which a pattern repeats: the week, then the day.
    year
        After which the same time of the year comes again, in whole weeks below months.
    near
        What counts as the same time of the year.
    """

    levels: tuple[int, int, int]
    cycles: tuple[int, ...]
    year: int
    near: int


def pace_of(frequency: Frequency) -> Pace:
    """The look back for a frequency."""
    if frequency.unit is Unit.HOUR:
        day = 24 // frequency.step
        return Pace((day, 7 * day, 28 * day), (7 * day, day), 364 * day, 7 * day)
    return {
        Unit.DAY: Pace((7, 28, 56), (7,), 364, 7),
        Unit.WEEK: Pace((4, 13, 26), (), 52, 3),
        Unit.MONTH: Pace((3, 6, 12), (), 12, 1),
    }[frequency.unit]
