"""When something that repeats is next due: cron expressions on the wall clock of a time zone.

A time that the clock jumps over in spring is made up for right after the jump; one that it shows
twice in autumn counts the first time only. Expressions with `*` in minute or hour go by what
elapses, so they run in both of the repeated hours.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from core.errors import CronError, TimeZoneError

FIELDS = 5
LONGEST_EXPRESSION = 100
MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR


def checked_cron(expression: str) -> str:
    """The expression with single spaces; raises `CronError`."""
    fields = expression.split()
    if len(fields) != FIELDS:
        raise CronError(expression, f"it has {len(fields)} fields")
    if len(expression) > LONGEST_EXPRESSION:
        raise CronError(expression, f"it is longer than {LONGEST_EXPRESSION} characters")
    if next(next_runs(" ".join(fields), "UTC", datetime.now(UTC)), None) is None:
        raise CronError(expression, "no day fits it")
    return " ".join(fields)


def checked_time_zone(name: str) -> str:
    """The name, if there is such a zone; raises `TimeZoneError`."""
    _zone(name)
    return name


def next_runs(expression: str, time_zone: str, after: datetime) -> Iterator[datetime]:
    """The moments after the given one, in UTC and in order."""
    local = after.astimezone(_zone(time_zone))
    try:
        moments = CronSim(expression, local)
    except CronSimError as error:
        raise CronError(expression, str(error).lower()) from error
    for moment in moments:
        # In the second of two equal hours cronsim goes on from the first one.
        if (due := moment.astimezone(UTC)) > after:
            yield due


def runs_between(expression: str, time_zone: str, first: datetime, until: datetime) -> int:
    """How many moments lie after `first` and not after `until`; counting ends at 1,000."""
    count = 0
    for due in next_runs(expression, time_zone, first):
        if due > until or count == 1000:
            break
        count += 1
    return count


def shifted(expression: str, minutes: int) -> str:
    """The expression so many minutes later on the same day, where it names one time of day."""
    minute, hour, *days = expression.split()
    if not (minute.isdigit() and hour.isdigit()):
        return expression
    later = int(hour) * MINUTES_PER_HOUR + int(minute) + minutes
    if later >= MINUTES_PER_DAY:
        return expression
    return " ".join([str(later % MINUTES_PER_HOUR), str(later // MINUTES_PER_HOUR), *days])


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    # A directory of the zone database, or a name that cannot be a path.
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise TimeZoneError(name) from error
