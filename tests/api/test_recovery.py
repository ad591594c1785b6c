"""Watchers while what the API stands on, or its process, goes and comes back."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection

from core.embedded import EmbeddedPostgres, EmbeddedValkey
from db.migrate import upgrade
from tests.api.running_job import RunningJob
from tests.fixtures.served import Serve, Served, start_api
from tests.fixtures.sockets import connect
from tests.fixtures.waiting import PATIENCE_S, eventually


def numbers(connection: ClientConnection, count: int) -> list[int]:
    """The numbers of the next messages."""
    return [json.loads(connection.recv(timeout=PATIENCE_S))["seq"] for _ in range(count)]


def rest(connection: ClientConnection) -> list[int]:
    """The numbers up to the server's goodbye."""
    return [json.loads(text)["seq"] for text in connection]


def is_ready(served: Served) -> bool:
    return httpx.get(f"{served.url}/readyz", timeout=PATIENCE_S).status_code == 200


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A migrated server that may be stopped."""
    server = EmbeddedPostgres(tmp_path / "postgres")
    server.start()
    upgrade(server.url)
    yield server
    server.stop()


def test_redis_that_comes_only_later_costs_no_message(serve: Serve) -> None:
    served = serve()
    served.valkey.stop()
    job = RunningJob.begin(served.sessions, served.stream)
    with connect(served.watch_url(job.job_id)) as connection:
        assert numbers(connection, 2) == [1, 2]
        job.report(3)
        assert numbers(connection, 3) == [3, 4, 5]
        served.valkey.start()
        job.report(3)
        assert numbers(connection, 3) == [6, 7, 8]
        job.fail()
        assert rest(connection) == [9, 10]


def test_watchers_outlast_a_restart_of_postgres(
    tmp_path: Path, own_postgres: EmbeddedPostgres, own_valkey: Callable[[], EmbeddedValkey]
) -> None:
    with ExitStack() as stack:
        served = start_api(stack, tmp_path, own_postgres.url, own_valkey(), {})
        job = RunningJob.begin(served.sessions, served.stream)
        with connect(served.watch_url(job.job_id)) as connection:
            assert numbers(connection, 2) == [1, 2]
            own_postgres.stop()
            assert not is_ready(served)
            assert (
                httpx.get(f"{served.url}/api/v1/training/history", timeout=PATIENCE_S).status_code
                == 503
            )
            own_postgres.start()
            eventually(lambda: is_ready(served))
            job.report(3)
            job.fail()
            assert rest(connection) == [3, 4, 5, 6, 7]
        with connect(served.watch_url(job.job_id, after=5)) as late:
            assert rest(late) == [6, 7]


def test_a_killed_api_process_is_replaced_and_its_watchers_go_on(serve: Serve) -> None:
    served = serve()
    job = RunningJob.begin(served.sessions, served.stream)
    (worker,) = psutil.Process(served.process.pid).children()
    with connect(served.watch_url(job.job_id)) as connection:
        job.report(3)
        seen = numbers(connection, 5)
        worker.kill()
        with pytest.raises(ConnectionClosedError):
            connection.recv(timeout=PATIENCE_S)
    job.report(3)
    with connect(served.watch_url(job.job_id, after=seen[-1])) as again:
        job.fail()
        seen += rest(again)
    assert seen == list(range(1, 11))
    assert psutil.Process(served.process.pid).children() != [worker]
