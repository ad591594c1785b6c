"""The three ways of watching a job, through a real gunicorn."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from client import Client
from tests.api.running_job import RunningJob
from tests.fixtures.served import Serve, Served
from tests.fixtures.sockets import connect
from tests.fixtures.waiting import PATIENCE_S, eventually

Messages = list[dict[str, Any]]


def begin(served: Served) -> RunningJob:
    return RunningJob.begin(served.sessions, served.stream)


def events_url(served: Served, job_id: UUID) -> str:
    return f"{served.url}/api/v1/training/events/{job_id}"


@contextmanager
def event_stream(
    served: Served, job_id: UUID, headers: dict[str, str] | None = None, after: int = 0
) -> Iterator[httpx.Response]:
    url = events_url(served, job_id)
    with httpx.stream(
        "GET", url, params={"after": after}, headers=headers, timeout=PATIENCE_S
    ) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield answer


def events(lines: Iterator[str]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Number, type and message of each event; ends when the server ends the stream."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "data" in fields:
            yield int(fields["id"]), fields["event"], json.loads(fields["data"])
            fields = {}


def poll(served: Served, job_id: UUID, **query: Any) -> httpx.Response:
    url = f"{served.url}/api/v1/training/progress/{job_id}"
    return httpx.get(url, params=query, timeout=PATIENCE_S)


def polled_to_the_end(served: Served, job_id: UUID, limit: int) -> Messages:
    messages: Messages = []
    after, is_final = 0, False
    while not is_final:
        page = poll(served, job_id, after=after, limit=limit, wait=10).json()
        assert len(page["messages"]) <= limit
        messages += page["messages"]
        after, is_final = page["next_after"], page["is_final"]
    return messages


def test_all_three_ways_tell_the_same(shared_served: Served) -> None:
    served = shared_served
    job = begin(served)
    with (
        connect(served.watch_url(job.job_id), max_queue=None) as socket,
        event_stream(served, job.job_id) as stream,
    ):
        job.report(30)
        job.fail()
        by_socket = [json.loads(text) for text in socket]
        by_events = list(events(stream.iter_lines()))
    by_polling = polled_to_the_end(served, job.job_id, limit=7)

    assert [message["seq"] for message in by_socket] == list(range(1, 35))
    assert [message for _, _, message in by_events] == by_socket
    assert by_polling == by_socket
    assert [(seq, name) for seq, name, _ in by_events] == [
        (message["seq"], message["type"]) for message in by_socket
    ]


def test_the_sdk_reads_the_stream_as_it_reads_the_socket(shared_served: Served) -> None:
    job = begin(shared_served)
    with Client(shared_served.url) as studio, ThreadPoolExecutor(2) as pool:
        watching = [
            pool.submit(list, studio.watch(str(job.job_id), after=0, over=over))
            for over in ("websocket", "events")
        ]
        job.report(30)
        job.fail()
        by_socket, by_events = (watched.result() for watched in watching)

    assert [message.raw for message in by_events] == [message.raw for message in by_socket]
    assert [message.seq for message in by_events] == list(range(1, 35))


def test_a_stream_is_resumed_behind_the_last_event(shared_served: Served) -> None:
    job = begin(shared_served)
    job.report(5)
    with event_stream(shared_served, job.job_id, after=1) as stream:
        first = next(events(stream.iter_lines()))[0]
    job.fail()
    headers = {"Last-Event-ID": "4"}
    with event_stream(shared_served, job.job_id, headers, after=1) as stream:
        rest = [seq for seq, _, _ in events(stream.iter_lines())]
    assert first == 2
    assert rest == [5, 6, 7, 8, 9]

    told_to_stop = httpx.get(
        events_url(shared_served, job.job_id), headers={"Last-Event-ID": "9"}, timeout=30
    )
    assert told_to_stop.status_code == 204


def test_a_quiet_stream_shows_that_it_is_alive(serve: Serve) -> None:
    served = serve(websocket_heartbeat_interval=0.3)
    job = begin(served)
    with event_stream(served, job.job_id) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "retry: 2000"
        assert ": still here" in (next(lines) for _ in range(40))


def test_a_poll_waits_for_news_and_no_longer(shared_served: Served) -> None:
    job = begin(shared_served)
    so_far = poll(shared_served, job.job_id).json()
    assert len(so_far["messages"]) == so_far["next_after"] == 2
    nothing = poll(shared_served, job.job_id, after=2, wait=0.2).json()
    assert nothing == {"messages": [], "next_after": 2, "is_final": False}
    job.fail()
    last = poll(shared_served, job.job_id, after=2, wait=10).json()
    assert last["is_final"]
    assert last["messages"][-1]["type"] == "training_failed"
    after_the_end = poll(shared_served, job.job_id, after=last["next_after"], wait=10).json()
    assert after_the_end["is_final"]
    assert after_the_end["messages"] == []


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"after": 99}, "after=99 is not accepted"),
        ({"after": -1}, "greater than or equal to 0"),
        ({"wait": 31}, "less than or equal to 30"),
        ({"limit": 0}, "greater than or equal to 1"),
    ],
)
def test_wrong_queries_are_told_what_is_accepted(
    shared_served: Served, query: dict[str, Any], problem: str
) -> None:
    refused = poll(shared_served, begin(shared_served).job_id, **query)
    assert refused.status_code == 400
    assert problem in refused.json()["detail"]


def test_a_job_that_does_not_exist_cannot_be_watched(shared_served: Served) -> None:
    assert poll(shared_served, uuid4()).status_code == 404
    assert httpx.get(events_url(shared_served, uuid4()), timeout=PATIENCE_S).status_code == 404


def test_streams_count_towards_the_limit_and_give_their_place_back(serve: Serve) -> None:
    served = serve(websocket_max_connections=1, websocket_heartbeat_interval=0.2)
    job = begin(served)
    with event_stream(served, job.job_id) as stream:
        lines = stream.iter_lines()  # kept: the connection ends with them
        next(lines)
        refused = httpx.get(events_url(served, job.job_id), timeout=PATIENCE_S)
        assert refused.status_code == 429
        assert "WEBSOCKET_MAX_CONNECTIONS" in refused.json()["detail"]
        assert refused.headers["Retry-After"]
        assert poll(served, job.job_id, after=2, wait=1).status_code == 429
        assert poll(served, job.job_id).status_code == 200
    eventually(lambda: poll(served, job.job_id, after=2, wait=0.1).status_code == 200)


def test_a_restart_of_the_api_ends_streams_and_polls_in_order_and_they_go_on(serve: Serve) -> None:
    served = serve()
    job = begin(served)
    with ThreadPoolExecutor(1) as pool, event_stream(served, job.job_id) as stream:
        seen = events(stream.iter_lines())
        assert [next(seen)[0], next(seen)[0]] == [1, 2]
        waiting = pool.submit(poll, served, job.job_id, after=2, wait=30)
        eventually(
            lambda: (
                "training_long_polls{"
                in httpx.get(f"{served.url}/metrics", timeout=PATIENCE_S).text
            )
        )
        served.process.terminate()
        assert list(seen) == []  # a connection that just breaks would raise
        told = waiting.result(timeout=PATIENCE_S).json()
    assert told == {"messages": [], "next_after": 2, "is_final": False}
    assert served.process.wait(60) == 0

    job.fail()
    again = serve()
    with event_stream(again, job.job_id, {"Last-Event-ID": "2"}) as stream:
        rest = [kind for _, kind, _ in events(stream.iter_lines())]
    assert rest[-1] == "training_failed"
    assert poll(again, job.job_id, after=2, wait=10).json()["is_final"]
