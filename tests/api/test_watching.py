"""The progress socket of a running API process."""

import json
import socket
import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from redis import Redis
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Response
from websockets.sync.client import ClientConnection

from tests.api.running_job import RunningJob
from tests.fixtures.served import Serve, Served
from tests.fixtures.sockets import connect
from tests.fixtures.waiting import PATIENCE_S, eventually

Messages = list[dict[str, Any]]


def next_message(connection: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(connection.recv(timeout=PATIENCE_S))
    return message


def messages_until_end(connection: ClientConnection) -> Messages:
    """Every message up to the server's goodbye."""
    return [json.loads(text) for text in connection]


def numbers(messages: Iterable[dict[str, Any]]) -> list[int]:
    return [message["seq"] for message in messages]


def begin(served: Served) -> RunningJob:
    return RunningJob.begin(served.sessions, served.stream)


def close_code(connection: ClientConnection) -> int | None:
    """How the server ends the connection."""
    try:
        while True:
            connection.recv(timeout=PATIENCE_S)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


def refusal(url: str, **options: Any) -> Response:
    """The HTTP answer to a handshake that is refused."""
    with pytest.raises(InvalidStatus) as refused, connect(url, **options):
        pass
    return refused.value.response


def test_a_watcher_gets_every_message_once_and_in_order(shared_served: Served) -> None:
    served = shared_served
    job = begin(served)
    with connect(served.watch_url(job.job_id), max_queue=None) as connection:
        first = next_message(connection)
        job.report(250)
        job.fail()
        received = [first, *messages_until_end(connection)]
        assert connection.protocol.close_code == 1000
    assert numbers(received) == list(range(1, len(received) + 1))
    assert len(received) == 254
    last = received[-1]
    assert last["type"] == "training_failed"
    assert last["result"]["error_message"] == "Target variable 'y' not found in data"
    assert all(
        {"percentage", "current_step", "products_completed", "products_total", "started_at"}
        <= message["progress"].keys()
        and "estimated_time_remaining" in message["progress"]
        for message in received
    )


def test_a_late_watcher_of_an_ended_job_gets_all_of_it_without_redis(shared_served: Served) -> None:
    served = shared_served
    job = begin(served)
    job.report(5)
    job.finish()
    Redis.from_url(served.valkey.url).flushall()
    with connect(served.watch_url(job.job_id)) as connection:
        received = messages_until_end(connection)
    assert numbers(received) == list(range(1, 10))
    assert received[-1]["type"] == "training_completed"
    with connect(served.watch_url(job.job_id, after=8)) as connection:
        assert numbers(messages_until_end(connection)) == [9]


def test_a_watcher_that_has_everything_is_sent_away_kindly(shared_served: Served) -> None:
    served = shared_served
    job = begin(served)
    job.fail()
    with connect(served.watch_url(job.job_id, after=4)) as connection:
        assert messages_until_end(connection) == []
        assert connection.protocol.close_code == 1000


def test_two_watchers_see_the_same_and_one_that_leaves_disturbs_nobody(
    shared_served: Served,
) -> None:
    served = shared_served
    job = begin(served)
    with (
        connect(served.watch_url(job.job_id)) as stays,
        connect(served.watch_url(job.job_id), compression=None) as stays_uncompressed,
        connect(served.watch_url(job.job_id)) as leaves,
    ):
        leaves.recv(timeout=PATIENCE_S)
        job.report(3)
        leaves.socket.close()
        job.report(3)
        job.fail()
        received = messages_until_end(stays)
        assert received == messages_until_end(stays_uncompressed)
    assert numbers(received) == list(range(1, 11))


def test_what_redis_forgets_or_never_heard_comes_from_the_database(serve: Serve) -> None:
    served = serve()
    job = begin(served)
    unannounced = RunningJob(served.sessions, job.job_id, job.token, stream=None)
    with connect(served.watch_url(job.job_id)) as connection:
        assert numbers(next_message(connection) for _ in range(2)) == [1, 2]
        job.report(2)
        Redis.from_url(served.valkey.url).flushall()
        unannounced.report(2)
        assert numbers(next_message(connection) for _ in range(4)) == [
            3,
            4,
            5,
            6,
        ]
        served.valkey.stop()
        unannounced.fail()
        assert numbers(messages_until_end(connection)) == [7, 8]


def test_progress_of_products_is_batched_and_the_end_is_not(serve: Serve) -> None:
    served = serve(websocket_batch_seconds=30)
    imported = httpx.post(
        f"{served.url}/api/v1/training/sales",
        content="date,product_id,quantity\n2026-01-01,rye,5\n",
        headers={"Content-Type": "text/csv"},
        timeout=PATIENCE_S,
    )
    assert imported.status_code == 200, imported.text
    started = httpx.post(f"{served.url}/api/v1/training/start/rye", timeout=PATIENCE_S).json()
    job = RunningJob.take(served.sessions, served.stream, UUID(started["job_id"]))
    with connect(served.watch_url(job.job_id)) as connection:
        assert numbers(next_message(connection) for _ in range(2)) == [1, 2]
        job.report(1)
        assert next_message(connection)["seq"] == 3
        job.report(1)
        with pytest.raises(TimeoutError):
            connection.recv(timeout=1)
        job.fail()
        assert numbers(messages_until_end(connection)) == [4, 5, 6]


def test_a_watcher_that_never_reads_is_dropped_and_slows_nobody(serve: Serve) -> None:
    served = serve(websocket_heartbeat_interval=1)
    job = begin(served)
    deaf = raw_watcher(served, job.job_id)
    with connect(served.watch_url(job.job_id), max_queue=None) as connection:
        for _ in range(20):
            job.report(10, logs=["x" * 2000])
        job.fail()
        received = messages_until_end(connection)
    assert numbers(received) == list(range(1, 205))
    eventually(lambda: open_connections(served) == 0)
    deaf.close()


def test_a_dead_peer_is_gone_ten_seconds_after_the_heartbeat(serve: Serve) -> None:
    served = serve(websocket_heartbeat_interval=1)
    job = begin(served)
    began = time.monotonic()
    silent = raw_watcher(served, job.job_id)
    with connect(served.watch_url(job.job_id)) as answers:
        eventually(lambda: open_connections(served) == 1)
        assert time.monotonic() - began > 10
        job.fail()
        assert messages_until_end(answers)[-1]["type"] == "training_failed"
    silent.close()


def test_refusals_come_before_the_upgrade(serve: Serve) -> None:
    served = serve(websocket_max_connections=1)
    job = begin(served)
    unknown = refusal(served.watch_url(uuid4()))
    assert unknown.status_code == 404
    assert unknown.headers["Content-Type"] == "application/problem+json"
    assert refusal(served.watch_url(job.job_id, after=99)).status_code == 400
    assert refusal(served.watch_url(job.job_id) + "x").status_code == 400
    assert refusal(served.watch_url(job.job_id), origin="http://evil.example").status_code == 403
    with connect(served.watch_url(job.job_id)):
        busy = refusal(served.watch_url(job.job_id))
        assert busy.status_code == 429
        assert "WEBSOCKET_MAX_CONNECTIONS" in json.loads(busy.body or b"{}")["detail"]
    eventually(lambda: open_connections(served) == 0)
    with connect(served.watch_url(job.job_id)):
        pass


def test_a_watcher_that_talks_too_much_is_sent_away(shared_served: Served) -> None:
    served = shared_served
    job = begin(served)
    with connect(served.watch_url(job.job_id)) as connection:
        connection.send("hello")
        connection.send("x" * 5000)
        assert close_code(connection) == 1009


def test_garbage_instead_of_frames_ends_only_its_own_connection(shared_served: Served) -> None:
    served = shared_served
    job = begin(served)
    hostile = raw_watcher(served, job.job_id)
    hostile.sendall(b"\xff\xff\xff\xff not a frame")
    eventually(lambda: open_connections(served) == 0)
    hostile.close()
    with connect(served.watch_url(job.job_id)) as connection:
        job.fail()
        assert messages_until_end(connection)[-1]["type"] == "training_failed"


def test_a_restart_of_the_api_sends_watchers_away_so_that_they_come_back(serve: Serve) -> None:
    served = serve()
    job = begin(served)
    with connect(served.watch_url(job.job_id)) as connection:
        connection.recv(timeout=PATIENCE_S)
        served.process.terminate()
        assert close_code(connection) == 1001
    assert served.process.wait(60) == 0


def raw_watcher(served: Served, job_id: UUID) -> socket.socket:
    """A client that says hello and then neither reads nor answers."""
    host, port = served.url.removeprefix("http://").split(":")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((host, int(port)))
    client.sendall(
        f"GET /api/v1/training/ws/{job_id} HTTP/1.1\r\nHost: {host}:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    assert client.recv(12) == b"HTTP/1.1 101"
    return client


def open_connections(served: Served) -> int:
    telemetry = httpx.get(f"{served.url}/metrics", timeout=PATIENCE_S).text
    counts = [
        float(line.split()[-1])
        for line in telemetry.splitlines()
        if line.startswith("training_websocket_connections{")
    ]
    return int(sum(counts))


def test_a_watcher_is_answered_and_told_what_it_may_say(shared_served: Served) -> None:
    job = begin(shared_served)
    with connect(shared_served.watch_url(job.job_id, after=2)) as connection:
        connection.send('{"type": "ping"}')
        assert next_message(connection)["type"] == "pong"
        for wrong in ("hello", '{"type": "pong"}', '{"type": "ping", "x": 1}', b"\x00", "[]"):
            connection.send(wrong)
            answer = next_message(connection)
            assert (answer["type"], answer["error_type"]) == ("warning", "InvalidMessageError")
            assert '{"type": "ping"}' in answer["message"]
        for _ in range(5):
            connection.send("again")
        assert close_code(connection) == 1008
