"""Every way in which a source can fail, and what is tried again."""

import json
import threading
import time

import pytest
from sqlalchemy import text

from db.engine import Sessions
from db.operation import source_health
from tests.worker.sources.conftest import MakeDesk
from tests.worker.sources.stand_in import Asked, Reply, StandIn, said
from worker.sources.answers import HolidayRow, SaleRow
from worker.sources.desk import HOLIDAYS, Desk, Place
from worker.sources.errors import (
    BadAnswerError,
    BreakerOpenError,
    SourceError,
    SourceRefusedError,
    SourceUnavailableError,
)

NEW_YEAR = {"date": "2026-01-01", "name": "New Year"}
MADRID = Place(40.4, -3.7)
PROMPT_S = 30.0
"""Less than the patience of these tests' desks, more than a busy machine needs to answer."""


class StopAskedError(Exception):
    """What a task that has to stop raises."""


def holidays(desk: Desk) -> list[HolidayRow]:
    url = desk.settings.holiday_service_url
    assert url is not None
    return desk.ask(HOLIDAYS, url, {"country": "ES"}, HolidayRow)


def test_all_pages_are_read_with_tenant_and_token(service: StandIn, desk: MakeDesk) -> None:
    service.replies(said([NEW_YEAR], next_cursor="two"), said([NEW_YEAR], next_cursor=None))

    found = holidays(desk(source_token="a secret"))

    assert len(found) == 2
    assert [asked.query.get("cursor") for asked in service.asked] == [None, "two"]
    assert {asked.authorization for asked in service.asked} == {"Bearer a secret"}
    assert service.asked[0].query["tenant_id"] == "00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    "first",
    [
        Reply(status=500),
        Reply(status=503),
        Reply(status=429, headers={"Retry-After": "0"}),
        Reply(b'{"items": [', promised=500),
    ],
    ids=["500", "503", "429", "half a body"],
)
def test_what_may_pass_is_tried_again(service: StandIn, desk: MakeDesk, first: Reply) -> None:
    service.replies(first, said([NEW_YEAR]))

    assert [row.name for row in holidays(desk())] == ["New Year"]
    assert len(service.asked) == 2


def test_429_is_not_repeated_before_the_time_that_it_names(
    service: StandIn, desk: MakeDesk
) -> None:
    service.replies(Reply(status=429, headers={"Retry-After": "1"}), said([NEW_YEAR]))
    started = time.monotonic()

    holidays(desk())

    assert time.monotonic() - started >= 1


def test_a_wait_beyond_the_deadline_is_not_waited(service: StandIn, desk: MakeDesk) -> None:
    service.replies(Reply(status=429, headers={"Retry-After": "3600"}))
    started = time.monotonic()

    with pytest.raises(SourceUnavailableError, match="asked too often"):
        holidays(desk())

    assert len(service.asked) == 1
    assert time.monotonic() - started < PROMPT_S


@pytest.mark.parametrize(
    ("reply", "error", "told"),
    [
        (Reply(status=404), SourceRefusedError, "404"),
        (Reply(status=401), SourceRefusedError, "401"),
        (
            Reply(status=302, headers={"Location": "http://elsewhere/"}),
            SourceRefusedError,
            "redirect",
        ),
        (Reply(b"<html>"), BadAnswerError, "not JSON"),
        (Reply(b"\xff\xfe"), BadAnswerError, "not JSON"),
        (Reply(b"[" * 100_000), BadAnswerError, "not JSON"),
        (Reply(b"[]"), BadAnswerError, "`items`"),
        (Reply(b"gzip?", headers={"Content-Encoding": "gzip"}), BadAnswerError, "unpacked"),
        (said([{"date": "soon", "name": "x"}]), BadAnswerError, "wrong date"),
        (said([{"date": "2026-01-01"}]), BadAnswerError, "wrong name"),
        (said([7]), BadAnswerError, "wrong"),
    ],
)
def test_what_cannot_pass_is_said_once(
    service: StandIn, desk: MakeDesk, reply: Reply, error: type[SourceError], told: str
) -> None:
    service.replies(reply)

    with pytest.raises(error, match=told):
        holidays(desk())

    assert len(service.asked) == 1


def test_an_answer_may_not_be_huge(service: StandIn, desk: MakeDesk) -> None:
    service.replies(Reply(b" " * (65 << 20)))

    with pytest.raises(BadAnswerError, match="accepted"):
        holidays(desk())


def test_a_service_that_is_down_is_unavailable(desk: MakeDesk) -> None:
    nobody = desk(holiday_service_url="http://127.0.0.1:9", source_deadline_seconds=1)

    with pytest.raises(SourceUnavailableError, match="cannot be reached"):
        holidays(nobody)


def test_a_silent_service_is_given_up(service: StandIn, desk: MakeDesk) -> None:
    silence = threading.Event()
    service.replies(Reply(after=silence))
    started = time.monotonic()

    with pytest.raises(SourceUnavailableError):
        holidays(desk(source_timeout_seconds=0.3, source_deadline_seconds=1))

    silence.set()
    assert time.monotonic() - started < PROMPT_S


def test_a_stop_does_not_wait_for_a_silent_service(service: StandIn, desk: MakeDesk) -> None:
    silence, reached = threading.Event(), threading.Event()

    def script(_: Asked) -> Reply:
        reached.set()
        return Reply(after=silence)

    def check() -> None:
        if reached.is_set():
            raise StopAskedError

    service.script = script
    started = time.monotonic()

    with pytest.raises(StopAskedError):
        holidays(desk(check, source_timeout_seconds=20, source_deadline_seconds=40))

    silence.set()
    assert time.monotonic() - started < PROMPT_S


def test_after_some_failures_nobody_asks_until_one_probe_succeeds(
    service: StandIn, desk: MakeDesk, fresh_sessions: Sessions
) -> None:
    service.replies(Reply(b"no JSON"))
    for _ in range(source_health.FAILURES_ALLOWED):
        with pytest.raises(BadAnswerError):
            holidays(desk())
    asked = len(service.asked)
    with pytest.raises(BreakerOpenError):
        holidays(desk())
    assert len(service.asked) == asked

    _minute_passes(fresh_sessions)
    with fresh_sessions.begin() as session:
        assert source_health.may_ask(session, HOLIDAYS, probe_s=30)
        assert not source_health.may_ask(session, HOLIDAYS, probe_s=30)

    _minute_passes(fresh_sessions)
    with pytest.raises(BadAnswerError):
        holidays(desk())
    with pytest.raises(BreakerOpenError):
        holidays(desk())

    _minute_passes(fresh_sessions)
    service.replies(said([NEW_YEAR]))
    assert holidays(desk())
    with fresh_sessions() as session:
        (_, state), *_ = source_health.state_of(session, [HOLIDAYS]).values()
    assert state == "closed"


def test_a_refusal_says_nothing_about_health(
    service: StandIn, desk: MakeDesk, fresh_sessions: Sessions
) -> None:
    service.replies(Reply(status=404))
    for _ in range(2 * source_health.FAILURES_ALLOWED):
        with pytest.raises(SourceRefusedError):
            holidays(desk())


def test_weather_of_open_meteo_is_understood(service: StandIn, desk: MakeDesk) -> None:
    daily = {
        "time": ["2026-01-01", "2026-01-02"],
        "temperature_2m_mean": [4.5, None],
        "precipitation_sum": [0.0, 2.5],
    }
    service.replies(Reply(json.dumps({"latitude": 40.4, "daily": daily}).encode()))

    values = desk().weather(MADRID)

    assert values is not None
    assert values.columns == {"temperature": [4.5, None], "precipitation": [0.0, 2.5]}
    assert {"latitude", "longitude", "start_date", "daily"} <= service.asked[0].query.keys()


def test_hours_become_days(service: StandIn, desk: MakeDesk) -> None:
    hours = [
        {"time": f"2026-01-01T{hour:02}:00", "temperature": float(hour), "precipitation": 0.5}
        for hour in range(24)
    ]
    service.replies(said(hours))

    values = desk().weather(MADRID)

    assert values is not None
    assert values.columns == {"temperature": [11.5], "precipitation": [12.0]}


@pytest.mark.parametrize("wrong", [-1, float("nan"), "many", 1e300])
def test_quantities_are_numbers_from_0_on(service: StandIn, desk: MakeDesk, wrong: object) -> None:
    service.replies(said([{"date": "2026-01-01", "quantity": wrong}]))

    with pytest.raises(BadAnswerError, match="quantity"):
        desk().ask("sales", service.url, {}, SaleRow)


def _minute_passes(sessions: Sessions) -> None:

    with sessions.begin() as session:
        session.execute(
            text("UPDATE source_health SET open_until = open_until - interval '70 seconds'")
        )
