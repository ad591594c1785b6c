"""The progress stream on a real Valkey: contiguous replay, bounded history, wake-ups, losses."""

import threading
from collections.abc import Callable, Iterator
from queue import Queue
from uuid import UUID, uuid4

import pytest
from redis import Redis

from core.embedded import EmbeddedValkey, free_port
from core.progress import ProgressMessage, ProgressStream, Reconnected, WakeUp
from tests.fixtures.waiting import PATIENCE_S, eventually


@pytest.fixture
def stream(valkey_url: str, key_prefix: str) -> Iterator[ProgressStream]:
    stream = ProgressStream(valkey_url, prefix=key_prefix)
    yield stream
    stream.close()


@pytest.fixture
def job_id() -> UUID:
    return uuid4()


class Listener:
    """Collects what a stream announces, on a thread of its own."""

    def __init__(self, stream: ProgressStream) -> None:
        self.heard: Queue[WakeUp | Reconnected] = Queue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(stream,))
        self._thread.start()

    def next(self) -> WakeUp | Reconnected:
        return self.heard.get(timeout=PATIENCE_S)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _listen(self, stream: ProgressStream) -> None:
        for event in stream.listen(self._stop):
            self.heard.put(event)


@pytest.fixture
def listen() -> Iterator[Callable[[ProgressStream], Listener]]:
    listeners: list[Listener] = []

    def start(stream: ProgressStream) -> Listener:
        listeners.append(Listener(stream))
        assert listeners[-1].next() == Reconnected()
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.stop()


def _messages(job_id: UUID, *numbers: int) -> list[ProgressMessage]:
    return [ProgressMessage(job_id, seq, {"step": f"nº {seq}"}) for seq in numbers]


def test_a_message_survives_json(job_id: UUID) -> None:
    message = ProgressMessage(job_id, 3, {"name": "Brötchen", "value": None, "list": [1.5]})
    assert ProgressMessage.from_json(message.to_json()) == message
    assert ProgressMessage.from_json(message.to_json().encode()) == message


def test_what_follows_a_number_is_read(stream: ProgressStream, job_id: UUID) -> None:
    assert stream.publish(_messages(job_id, 1, 2, 3))
    assert stream.read(job_id, 0) == _messages(job_id, 1, 2, 3)
    assert stream.read(job_id, 2) == _messages(job_id, 3)
    assert stream.read(job_id, 0, limit=2) == _messages(job_id, 1, 2)


def test_nothing_new_is_not_the_same_as_unknown(stream: ProgressStream, job_id: UUID) -> None:
    assert stream.read(job_id, 0) is None
    stream.publish(_messages(job_id, 1, 2))
    assert stream.read(job_id, 2) == []
    assert stream.read(job_id, 5) is None


def test_publishing_nothing_is_fine(stream: ProgressStream) -> None:
    assert stream.publish([])


def test_messages_may_arrive_in_any_order_and_twice(stream: ProgressStream, job_id: UUID) -> None:
    for seq in (3, 1, 2, 3, 1):
        stream.publish(_messages(job_id, seq))
    assert stream.read(job_id, 0) == _messages(job_id, 1, 2, 3)


def test_a_gap_ends_what_is_read(stream: ProgressStream, job_id: UUID) -> None:
    stream.publish(_messages(job_id, 1, 2, 4))
    assert stream.read(job_id, 0) == _messages(job_id, 1, 2)
    assert stream.read(job_id, 2) is None
    assert stream.read(job_id, 3) == _messages(job_id, 4)
    stream.publish(_messages(job_id, 3))
    assert stream.read(job_id, 0) == _messages(job_id, 1, 2, 3, 4)


def test_the_history_is_bounded_and_expires(valkey_url: str, key_prefix: str, job_id: UUID) -> None:
    stream = ProgressStream(valkey_url, prefix=key_prefix, history=3)
    stream.publish(_messages(job_id, *range(1, 11)))
    assert stream.read(job_id, 0) is None
    assert stream.read(job_id, 7) == _messages(job_id, 8, 9, 10)
    with Redis.from_url(valkey_url) as redis:
        (key,) = redis.keys(f"{key_prefix}:*")
        assert redis.zcard(key) == 3
        assert 0 < redis.ttl(key) <= 6 * 3600
    stream.close()


def test_jobs_and_prefixes_are_apart(stream: ProgressStream, valkey_url: str) -> None:
    one, other = uuid4(), uuid4()
    stream.publish([*_messages(one, 1), *_messages(other, 1, 2)])
    assert stream.read(one, 0) == _messages(one, 1)
    assert stream.read(other, 0) == _messages(other, 1, 2)
    elsewhere = ProgressStream(valkey_url, prefix="elsewhere")
    assert elsewhere.read(one, 0) is None
    elsewhere.close()


def test_all_listeners_hear_of_all_jobs(
    stream: ProgressStream, listen: Callable[[ProgressStream], Listener]
) -> None:
    one, other = uuid4(), uuid4()
    listeners = [listen(stream), listen(stream)]
    stream.publish([*_messages(one, 1, 2), *_messages(other, 7)])
    for listener in listeners:
        assert [listener.next(), listener.next()] == [WakeUp(one, 2), WakeUp(other, 7)]


def test_what_is_announced_can_be_read(
    stream: ProgressStream, listen: Callable[[ProgressStream], Listener], job_id: UUID
) -> None:
    listener = listen(stream)
    for seq in range(1, 51):
        stream.publish(_messages(job_id, seq))
        announced = listener.next()
        assert isinstance(announced, WakeUp)
        assert stream.read(job_id, seq - 1) == _messages(job_id, seq)


def test_an_emptied_redis_costs_the_history_and_no_wake_up(
    own_valkey: Callable[[], EmbeddedValkey],
    listen: Callable[[ProgressStream], Listener],
    job_id: UUID,
) -> None:
    server = own_valkey()
    stream = ProgressStream(server.url)
    listener = listen(stream)
    stream.publish(_messages(job_id, 1, 2))
    assert listener.next() == WakeUp(job_id, 2)
    with Redis.from_url(server.url) as redis:
        redis.flushall()
    assert stream.read(job_id, 0) is None
    stream.publish(_messages(job_id, 3))
    assert listener.next() == WakeUp(job_id, 3)
    assert stream.read(job_id, 1) is None
    assert stream.read(job_id, 2) == _messages(job_id, 3)
    listener.stop()
    stream.close()


def test_a_restart_is_noticed_by_every_listener(
    own_valkey: Callable[[], EmbeddedValkey],
    listen: Callable[[ProgressStream], Listener],
    job_id: UUID,
) -> None:
    server = own_valkey()
    stream = ProgressStream(server.url)
    listeners = [listen(stream), listen(stream)]
    assert server.process
    server.process.kill()
    server.process.wait()
    assert not stream.publish(_messages(job_id, 1))
    assert stream.read(job_id, 0) is None

    server.start()
    assert [listener.next() for listener in listeners] == [Reconnected(), Reconnected()]
    assert stream.publish(_messages(job_id, 2))
    assert [listener.next() for listener in listeners] == [WakeUp(job_id, 2)] * 2
    for listener in listeners:
        listener.stop()
    stream.close()


def test_a_cut_subscription_is_told_and_not_mended_in_silence(
    own_valkey: Callable[[], EmbeddedValkey],
    listen: Callable[[ProgressStream], Listener],
    job_id: UUID,
) -> None:
    server = own_valkey()
    stream = ProgressStream(server.url)
    listener = listen(stream)
    with Redis.from_url(server.url) as redis:
        redis.client_kill_filter(_type="pubsub")
        assert listener.next() == Reconnected()
        eventually(lambda: redis.pubsub_numsub("model-studio:progress")[0][1] == 1)
    stream.publish(_messages(job_id, 1))
    assert listener.next() == WakeUp(job_id, 1)
    listener.stop()
    stream.close()


def test_without_redis_nothing_raises(job_id: UUID) -> None:
    stream = ProgressStream(f"redis://127.0.0.1:{free_port()}")
    assert not stream.publish(_messages(job_id, 1))
    assert stream.read(job_id, 0) is None
    stream.close()


def test_a_listener_stops_though_redis_never_answers() -> None:
    stop = threading.Event()
    stream = ProgressStream(f"redis://127.0.0.1:{free_port()}")
    thread = threading.Thread(target=lambda: list(stream.listen(stop)))
    thread.start()
    stop.set()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    stream.close()
