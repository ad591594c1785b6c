"""The newest messages of one watched job, and the positions of its watchers."""

import threading
import time
from collections import deque
from collections.abc import Callable
from uuid import UUID

from api.live.batches import Batch, is_urgent, merge_progress
from core.progress import ProgressMessage

_PAGE = 200
_KEPT_BATCHES = 8
_KEPT_PAGES = 2

Read = Callable[[UUID, int, int], list[ProgressMessage]]


class Channel:
    """What is new is written by the relay's delivering thread only, and read by every watcher."""

    def __init__(self, job_id: UUID, read: Read, *, hold_s: float, queue_size: int) -> None:
        self.job_id = job_id
        self.watchers: set[Watcher] = set()
        self.guests = 0
        self._read = read
        self._hold_s = hold_s
        self._queue_size = queue_size
        self._target = self._head = 0
        self._released = 0
        self._released_at = 0.0
        self.newest: ProgressMessage | None = None
        self._held: list[ProgressMessage] = []
        self._batches: deque[Batch] = deque(maxlen=_KEPT_BATCHES)
        self._pages: deque[Batch] = deque(maxlen=_KEPT_PAGES)

    def expect(self, seq: int) -> bool:
        """Whether this number is news."""
        if seq <= self._target:
            return False
        if self._target == 0:
            # What was said before the first watcher came is history, which each reads by itself.
            self._head = self._released = seq
        self._target = seq
        return True

    def forget_target(self) -> None:
        self._target = self._head

    def fetch(self) -> None:
        """Take over what is new, and release it at once when it is urgent or much."""
        while self._head < self._target:
            page = self._read(self.job_id, self._head, _PAGE)
            if not page:
                break
            self.newest = page[-1]
            self._head = self.newest.seq
            self._held += page
            if len(self._held) >= self._queue_size or any(map(is_urgent, page)):
                self.release()
        self._wake()

    @property
    def release_at(self) -> float | None:
        """When the messages held back are due; None when there are none."""
        return self._released_at + self._hold_s if self._held else None

    def release(self) -> None:
        batch = Batch(self._held)
        self._held = []
        self._batches.append(batch)
        self._released = batch.last_seq
        self._released_at = time.monotonic()
        self._wake()

    def after(self, position: int, *, merge: bool) -> Batch | None:
        """The next messages behind a position; None when it has all that were released."""
        if position >= self._released:
            return None
        if merge and self._released - position > self._queue_size:
            page = self._read(self.job_id, position, _PAGE)
            return Batch(merge_progress(page)) if page else None
        for batch in (*self._batches, *self._pages):
            if batch.first_seq <= position + 1 <= batch.last_seq:
                return batch.after(position)
        return self._history(position)

    def _history(self, position: int) -> Batch | None:
        page = self._read(self.job_id, position, _PAGE)
        if not page:
            return None
        batch = Batch(page)
        if len(self.watchers) > 1:
            # After a cut all come back at once, and want the same.
            self._pages.append(batch)
        return batch

    def _wake(self) -> None:
        for watcher in tuple(self.watchers):
            watcher.wake()


class Watcher:
    """One reader's position in a job's messages."""

    def __init__(self, channel: Channel, after: int) -> None:
        self.channel = channel
        self.is_slow = False
        self._position = after
        self._news = threading.Event()
        self._cancelled = threading.Event()

    def next(self, within_s: float | None = None) -> Batch | None:
        """The next messages, waiting for them; None when the time has passed, or when the watcher
        was told to stop.
        """
        until = None if within_s is None else time.monotonic() + within_s
        while not self._cancelled.is_set():
            self._news.clear()
            batch = self.channel.after(self._position, merge=self.is_slow)
            if batch is not None:
                self._position = batch.last_seq
                return batch
            if self._cancelled.is_set() or not self._news.wait(_seconds_until(until)):
                return None
        return None

    def wake(self) -> None:
        self._news.set()

    def cancel(self) -> None:
        self._cancelled.set()
        self._news.set()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()


def _seconds_until(moment: float | None) -> float | None:
    return None if moment is None else max(0.0, moment - time.monotonic())
