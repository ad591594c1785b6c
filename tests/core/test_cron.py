"""Cron expressions on the wall clock: what is read, what is refused, and the days of 23 and 25
hours.
"""

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from core.cron import checked_cron, checked_time_zone, next_runs, runs_between, shifted
from core.errors import CronError, TimeZoneError

MADRID = ZoneInfo("Europe/Madrid")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local_runs(expression: str, after: str, count: int) -> list[str]:
    """The next runs as a clock in Madrid shows them, with the offset."""
    runs = islice(next_runs(expression, "Europe/Madrid", moment(after)), count)
    return [run.astimezone(MADRID).strftime("%m-%d %H:%M %z") for run in runs]


def test_a_time_follows_the_wall_clock_through_the_year() -> None:
    assert local_runs("0 3 * * 1", "2026-03-22T12:00", 3) == [
        "03-23 03:00 +0100",
        "03-30 03:00 +0200",
        "04-06 03:00 +0200",
    ]


def test_a_time_that_the_clock_jumps_over_runs_right_after_the_jump() -> None:
    assert local_runs("30 2 * * *", "2026-03-28T12:00", 2) == [
        "03-29 03:00 +0200",
        "03-30 02:30 +0200",
    ]


def test_a_time_that_the_clock_shows_twice_runs_once() -> None:
    assert local_runs("30 2 * * *", "2026-10-24T12:00", 2) == [
        "10-25 02:30 +0200",
        "10-26 02:30 +0100",
    ]


@pytest.mark.parametrize("between", ["2026-10-25T00:30", "2026-10-25T00:45", "2026-10-25T01:15"])
def test_a_look_inside_the_repeated_hour_finds_no_second_run(between: str) -> None:
    assert local_runs("30 2 * * *", between, 1) == ["10-26 02:30 +0100"]


def test_every_hour_means_every_hour_that_passes() -> None:
    assert local_runs("30 * * * *", "2026-10-24T23:45", 3) == [
        "10-25 02:30 +0200",
        "10-25 02:30 +0100",
        "10-25 03:30 +0100",
    ]


def test_spaces_do_not_matter_and_names_are_read() -> None:
    assert checked_cron("  0 3  * * mon ") == "0 3 * * mon"
    assert local_runs("0 3 * * mon", "2026-03-22T12:00", 1) == ["03-23 03:00 +0100"]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "0 fields"),
        ("0 3 * *", "4 fields"),
        ("0 0 3 * * 1", "6 fields"),
        ("60 3 * * 1", "bad minute"),
        ("0 3 30 2 *", "bad day-of-month"),
        ("0 3 * * someday", "bad day-of-week"),
        ("0," * 60 + "0 3 * * 1", "longer than"),
    ],
)
def test_a_mistake_is_named(expression: str, reason: str) -> None:
    with pytest.raises(CronError, match=reason):
        checked_cron(expression)


@pytest.mark.parametrize(
    "name", ["", "Madrid", "Europe", "../etc/passwd", "/etc/passwd", "x" * 999]
)
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(TimeZoneError, match="IANA"):
        checked_time_zone(name)


def test_missed_runs_are_counted_and_the_count_ends() -> None:
    first, later = moment("2026-03-02T02:00"), moment("2026-03-30T12:00")
    assert runs_between("0 3 * * 1", "Europe/Madrid", first, later) == 4
    assert runs_between("* * * * *", "Europe/Madrid", first, later) == 1000


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(0, "0 3 * * 1"), (95, "35 4 * * 1"), (1259, "59 23 * * 1"), (1260, "0 3 * * 1")],
)
def test_a_shift_stays_on_the_same_day(minutes: int, expected: str) -> None:
    assert shifted("0 3 * * 1", minutes) == expected


def test_what_names_no_one_time_is_not_shifted() -> None:
    assert shifted("*/5 * * * *", 10) == "*/5 * * * *"
