"""The messages of one job on their way to watchers, without a socket."""

from typing import Any
from uuid import UUID, uuid4

from api.live.batches import merge_progress
from api.live.channel import Channel, Watcher
from core.progress import ProgressMessage

JOB = uuid4()


def message(seq: int, event: str = "task_progress", task: str = "a") -> ProgressMessage:
    body: dict[str, Any] = {"event": event, "seq": seq, "task": {"id": task}}
    return ProgressMessage(JOB, seq, body)


class Log:
    """Everything that was said, as the database has it."""

    def __init__(self) -> None:
        self.messages: list[ProgressMessage] = []

    def read(self, job_id: UUID, after: int, limit: int) -> list[ProgressMessage]:
        return self.messages[after : after + limit]

    def say(self, channel: Channel, count: int, event: str = "task_progress") -> None:
        for _ in range(count):
            self.messages.append(message(len(self.messages) + 1, event))
        if channel.expect(len(self.messages)):
            channel.fetch()


def seen(watcher: Watcher, up_to: int) -> list[int]:
    numbers: list[int] = []
    while not numbers or numbers[-1] < up_to:
        batch = watcher.next()
        assert batch is not None
        numbers += [told.seq for told in batch.messages]
    return numbers


def make(log: Log, *, hold_s: float = 0.0, queue_size: int = 10) -> Channel:
    return Channel(JOB, log.read, hold_s=hold_s, queue_size=queue_size)


def watch(channel: Channel, after: int = 0) -> Watcher:
    watcher = Watcher(channel, after)
    channel.watchers.add(watcher)
    return watcher


def test_watchers_at_any_position_see_everything_behind_it() -> None:
    log = Log()
    channel = make(log)
    log.say(channel, 25)
    early, late = watch(channel), watch(channel, after=13)
    for _ in range(30):
        log.say(channel, 7)
        if channel.release_at is not None:
            channel.release()
    assert seen(early, 235) == list(range(1, 236))
    assert seen(late, 235) == list(range(14, 236))


def test_progress_is_held_back_and_an_end_is_not() -> None:
    log = Log()
    channel = make(log, hold_s=60)
    channel.expect(0)
    log.say(channel, 1, "job_started")
    watcher = watch(channel)
    assert seen(watcher, 1) == [1]
    log.say(channel, 3)
    assert channel.after(1, merge=False) is None
    log.say(channel, 1, "job_completed")
    assert seen(watcher, 5) == [2, 3, 4, 5]


def test_much_progress_is_not_held_back() -> None:
    log = Log()
    channel = make(log, hold_s=60, queue_size=5)
    log.say(channel, 1, "job_started")
    log.say(channel, 5)
    assert channel.after(1, merge=False) is not None


def test_a_slow_watcher_gets_merged_progress_and_every_other_event() -> None:
    said = [message(1, "job_started"), message(2), message(3), message(4, task="b")]
    said += [message(5, "task_failed", "b"), message(6), message(7, "job_completed")]
    assert [m.seq for m in merge_progress(said)] == [1, 4, 5, 6, 7]


def test_a_slow_watcher_is_merged_only_when_it_is_far_behind() -> None:
    log = Log()
    channel = make(log, queue_size=10)
    log.say(channel, 1, "job_started")
    log.say(channel, 100)
    log.say(channel, 1, "job_completed")
    slow, near = watch(channel), watch(channel, after=95)
    slow.is_slow = near.is_slow = True
    assert seen(slow, 102) == [1, 101, 102]
    assert seen(near, 102) == list(range(96, 103))


def test_a_crowd_that_comes_back_reads_its_history_once() -> None:
    reads: list[int] = []
    log = Log()

    def read(job_id: UUID, after: int, limit: int) -> list[ProgressMessage]:
        reads.append(after)
        return log.read(job_id, after, limit)

    channel = Channel(JOB, read, hold_s=0.0, queue_size=10)
    log.say(channel, 150)
    channel.fetch()
    reads.clear()
    crowd = [watch(channel, after=20) for _ in range(50)]
    assert all(seen(watcher, 150) == list(range(21, 151)) for watcher in crowd)
    assert reads == [20]


def test_a_cancelled_watcher_stops_waiting() -> None:
    watcher = watch(make(Log()))
    watcher.cancel()
    assert watcher.next() is None
