"""One fetch for all: threads and processes that want the same answer at once."""

import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, update

from db.engine import Sessions
from db.operation import source_cache
from db.operation_tables import CachedSource
from tests.fixtures.waiting import PATIENCE_S
from tests.worker.sources.conftest import MakeDesk
from tests.worker.sources.stand_in import Asked, Reply, StandIn, said
from worker.sources.desk import Place

MADRID = Place(40.4, -3.7)
SUNNY = {"date": "2026-01-01", "temperature": 12.0}
CROWD = 16
STARTS_WITHIN_S = 120
ROOT = Path(__file__).parents[3]

ASK_ONCE = """
import sys
from core.settings import Settings
from db.engine import create_engine, create_sessions
from db.tables import DEFAULT_TENANT_ID
from worker.sources.desk import Desk, Place
settings = Settings(weather_service_url=sys.argv[2])
desk = Desk(settings, create_sessions(create_engine(sys.argv[1])), DEFAULT_TENANT_ID, lambda: None)
print(desk.weather(Place(40.4, -3.7)).columns)
"""


class StopAskedError(Exception):
    """What a task that has to stop raises."""


def test_a_crowd_of_threads_asks_once(service: StandIn, desk: MakeDesk) -> None:
    everybody = threading.Barrier(CROWD)
    service.replies(said([SUNNY]))

    def ask(_: int) -> object:
        one = desk()
        everybody.wait(PATIENCE_S)
        values = one.weather(MADRID)
        assert values is not None
        return values.columns

    with ThreadPoolExecutor(CROWD) as pool:
        answers = list(pool.map(ask, range(CROWD)))

    assert answers == [{"temperature": [12.0]}] * CROWD
    assert len(service.asked) == 1


def test_lookups_and_misses_are_counted_by_source(service: StandIn, desk: MakeDesk) -> None:
    counted: list[str] = []
    service.replies(said([SUNNY]))
    for _ in range(3):
        desk(count=counted.append).weather(MADRID)
    assert Counter(counted) == {"source_cache_lookups|weather": 3, "source_cache_misses|weather": 1}


def test_several_processes_ask_once(service: StandIn, fresh_database_url: str) -> None:
    service.replies(said([SUNNY]))
    command = [sys.executable, "-c", ASK_ONCE, fresh_database_url, service.url]

    running = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    told = [process.communicate(timeout=STARTS_WITHIN_S)[0].splitlines()[-1] for process in running]

    assert told == ["{'temperature': [12.0]}"] * 3
    assert len(service.asked) == 1


def test_places_and_tenants_have_answers_of_their_own(service: StandIn, desk: MakeDesk) -> None:
    service.replies(said([SUNNY]))

    desk().weather(MADRID)
    desk().weather(MADRID)
    desk().weather(Place(41.4, 2.2))

    assert len(service.asked) == 2


def test_a_failure_is_kept_for_a_while_and_the_old_answer_stays(
    service: StandIn, desk: MakeDesk, fresh_sessions: Sessions
) -> None:
    service.replies(said([SUNNY]))
    desk().weather(MADRID)
    _expire(fresh_sessions)
    service.replies(Reply(status=404))

    first, second = desk(), desk()
    values = [one.weather(MADRID) for one in (first, second)]

    assert [value and value.columns for value in values] == [{"temperature": [12.0]}] * 2
    assert len(service.asked) == 2
    assert "What it said 0 hours ago was used" in first.notes()[0]
    assert first.details()["weather"]["state"] == "old"


def test_without_any_answer_there_is_a_note(service: StandIn, desk: MakeDesk) -> None:
    service.replies(Reply(status=404))
    one = desk()

    assert one.weather(MADRID) is None
    assert "refused the request with status 404. The model was trained without" in one.notes()[0]
    assert one.details()["weather"]["state"] == "missing"


def test_the_lease_of_a_dead_fetcher_ends(
    service: StandIn, desk: MakeDesk, fresh_sessions: Sessions
) -> None:
    service.replies(said([SUNNY]))
    key = "00000000-0000-0000-0000-000000000001:weather:40.4000,-3.7000"
    with fresh_sessions.begin() as session:
        dead = source_cache.take_lease(session, key, "weather", lease_s=1)
    assert dead is not None

    assert desk().weather(MADRID) is not None

    with fresh_sessions.begin() as session:
        source_cache.store(session, dead, {"late": True}, keep_s=60)
        kept = source_cache.fresh(session, key)
    assert kept is not None
    assert "late" not in kept.payload


def test_a_stopped_fetcher_leaves_the_fetch_to_the_next(service: StandIn, desk: MakeDesk) -> None:
    silence, reached = threading.Event(), threading.Event()

    def script(_: Asked) -> Reply:
        reached.set()
        return Reply(after=silence)

    def check() -> None:
        if reached.is_set():
            raise StopAskedError

    service.script = script
    with pytest.raises(StopAskedError):
        desk(check).weather(MADRID)
    silence.set()
    service.replies(said([SUNNY]))

    assert desk().weather(MADRID) is not None


def test_old_answers_are_forgotten(
    service: StandIn, desk: MakeDesk, fresh_sessions: Sessions
) -> None:
    service.replies(said([SUNNY]))
    desk().weather(MADRID)
    with fresh_sessions.begin() as session:
        assert source_cache.prune(session, older_than=timedelta(days=30)) == 0
        session.execute(update(CachedSource).values(expires_at=func.now() - timedelta(days=31)))
        assert source_cache.prune(session, older_than=timedelta(days=30)) == 1


def _expire(sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.execute(update(CachedSource).values(expires_at=func.now()))
