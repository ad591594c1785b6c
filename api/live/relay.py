"""Progress from Redis and Postgres to every watcher of this process.

Postgres numbers the messages of a job and keeps them all; Redis has the newest and wakes us. What
is new is read and encoded once per process; each watcher gets the same bytes. A watcher is only a
position in its job's messages: one that falls behind reads history at its own pace, so it costs a
page of memory and slows nobody.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.live.channel import Channel, Watcher
from core.progress import ProgressMessage, ProgressStream, Reconnected

log = structlog.get_logger(__name__)

_TOGETHER_S = 0.02
_LOOK_EVERY_S = 3.0


History = Callable[[UUID, int, int], list[ProgressMessage]]
Heads = Callable[[Collection[UUID]], Mapping[UUID, int]]


class Relay:
    """Threads begin with the first watcher, so after the server has forked."""

    def __init__(
        self,
        stream: ProgressStream,
        history: History,
        heads: Heads,
        *,
        batch_s: float,
        queue_size: int,
        note_lag: Callable[[float], None],
    ) -> None:
        self._stream = stream
        self._history = history
        self._heads = heads
        self._batch_s = batch_s
        self._queue_size = queue_size
        self._note_lag = note_lag
        self._channels: dict[UUID, Channel] = {}
        self._lock = threading.Lock()
        self._news = threading.Condition(self._lock)
        self._changed: set[Channel] = set()
        self._threads: list[threading.Thread] = []
        self._stop = threading.Event()

    @contextmanager
    def watch(self, job_id: UUID, after: int, *, at_once: bool) -> Iterator[Watcher]:
        """A watcher of the messages after a number, as long as the block lasts."""
        channel, is_new = self._join(job_id, hold_s=0.0 if at_once else self._batch_s)
        watcher = Watcher(channel, after)
        channel.watchers.add(watcher)
        try:
            if is_new:
                # Listening already, so nothing can be said between this look and the wake-ups.
                self._notice(self._heads([job_id]))
            if self._stop.is_set():
                watcher.cancel()
            yield watcher
        finally:
            self._leave(watcher)

    def close(self) -> None:
        """Let every watcher go; their clients come back to another process."""
        with self._news:
            self._stop.set()
            self._news.notify_all()
            watchers = [
                watcher for channel in self._channels.values() for watcher in channel.watchers
            ]
        for watcher in watchers:
            watcher.cancel()

    def wait_closed(self) -> None:
        """After `close`: until its threads have ended and use neither Redis nor the database."""
        for thread in self._threads:
            thread.join()

    def _join(self, job_id: UUID, *, hold_s: float) -> tuple[Channel, bool]:
        with self._lock:
            if not self._threads:
                for work in (self._listen, self._look, self._deliver):
                    thread = threading.Thread(
                        target=work, name=f"relay{work.__name__}", daemon=True
                    )
                    self._threads.append(thread)
                    thread.start()
            channel = self._channels.get(job_id)
            is_new = channel is None
            if channel is None:
                channel = Channel(job_id, self._read, hold_s=hold_s, queue_size=self._queue_size)
                self._channels[job_id] = channel
            channel.guests += 1
            return channel, is_new

    def _leave(self, watcher: Watcher) -> None:
        channel = watcher.channel
        with self._lock:
            channel.watchers.discard(watcher)
            channel.guests -= 1
            if channel.guests == 0:
                del self._channels[channel.job_id]

    def _read(self, job_id: UUID, after: int, limit: int) -> list[ProgressMessage]:
        # An empty answer of Redis may mean that it forgot; Postgres never does.
        return self._stream.read(job_id, after, limit) or self._history(job_id, after, limit)

    def _notice(self, heads: Mapping[UUID, int]) -> None:
        with self._news:
            for job_id, seq in heads.items():
                channel = self._channels.get(job_id)
                if channel is not None and channel.expect(seq):
                    self._changed.add(channel)
            if self._changed:
                self._news.notify()

    def _listen(self) -> None:
        for heard in self._stream.listen(self._stop):
            if isinstance(heard, Reconnected):
                self._look_once()
            else:
                self._notice({heard.job_id: heard.seq})

    def _look(self) -> None:
        """Find what nobody announced: a flushed Redis, a publisher killed after its commit."""
        while not self._stop.wait(_LOOK_EVERY_S):
            self._look_once()

    def _look_once(self) -> None:
        job_ids = list(self._channels)
        if not job_ids:
            return
        try:
            self._notice(self._heads(job_ids))
        except SQLAlchemyError:
            log.warning("progress not looked up", exc_info=True)

    def _deliver(self) -> None:
        while not self._stop.is_set():
            with self._news:
                self._news.wait_for(self._has_work, self._until_release())
                changed, self._changed = self._changed, set()
                channels = list(self._channels.values())
            for channel in changed:
                self._fetch(channel)
            now = time.monotonic()
            for channel in channels:
                if channel.release_at is not None and channel.release_at <= now:
                    channel.release()
            time.sleep(_TOGETHER_S)

    def _has_work(self) -> bool:
        return bool(self._changed) or self._stop.is_set()

    def _until_release(self) -> float | None:
        due = [c.release_at for c in self._channels.values() if c.release_at is not None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _fetch(self, channel: Channel) -> None:
        try:
            channel.fetch()
        except SQLAlchemyError:
            # The next look finds the same news again.
            log.warning("progress not read", job_id=str(channel.job_id), exc_info=True)
            channel.forget_target()
        else:
            if channel.newest is not None:
                self._note_lag(_age_s(channel.newest))


def _age_s(message: ProgressMessage) -> float:
    """How long ago it was written down, by the clock of the database's host and by ours."""
    written = datetime.fromisoformat(message.body["timestamp"])
    return max(0.0, (datetime.now(UTC) - written).total_seconds())
