"""Progress messages on their way to watchers: a bounded history in Redis, and one wake-up channel.

Postgres numbers and keeps the messages; what Redis loses costs a watcher nothing but a query.
Histories are sorted sets and not streams: workers of one job publish after their commits, so a
higher number can arrive first, and the same message can arrive twice.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Self
from uuid import UUID

import structlog
from redis import RedisError
from redis.client import PubSub

from core.redis_client import DEFAULT_PREFIX, redis_client

log = structlog.get_logger(__name__)

HISTORY_MESSAGES = 2_000
HISTORY_SECONDS = 6 * 3600
READ_LIMIT = 500
LISTEN_POLL_S = 1.0
RECONNECT_FIRST_S = 0.1
RECONNECT_MOST_S = 2.0


@dataclass(frozen=True, slots=True)
class ProgressMessage:
    """One numbered message of a job; the numbers of a job have no gap."""

    job_id: UUID
    seq: int
    body: dict[str, Any]

    def to_json(self) -> str:
        """Compact JSON."""
        fields = {"job_id": str(self.job_id), "seq": self.seq, "body": self.body}
        return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """What `to_json` wrote."""
        fields = json.loads(text)
        return cls(UUID(fields["job_id"]), int(fields["seq"]), fields["body"])


@dataclass(frozen=True, slots=True)
class WakeUp:
    """A job has messages up to this number."""

    job_id: UUID
    seq: int


@dataclass(frozen=True, slots=True)
class Reconnected:
    """The listener listens (again): everything before may have been missed, so replay."""


class ProgressStream:
    """Publishes, replays and announces progress over one Redis, whose absence it survives."""

    def __init__(
        self, redis_url: str, prefix: str = DEFAULT_PREFIX, history: int = HISTORY_MESSAGES
    ) -> None:
        # One more try: a connection of the pool may be one that a restart of Redis has cut.
        self._redis = redis_client(redis_url, retries=1)
        # No more try: redis-py would subscribe again without telling us that we missed something.
        self._subscriber = redis_client(redis_url, retries=0, health_check_interval=10)
        self.redis_url = redis_url
        self.prefix = prefix
        self._history = history
        self._is_down = False

    def publish(self, messages: Sequence[ProgressMessage]) -> bool:
        """Add messages to their jobs' histories and wake the listeners; False without Redis."""
        if not messages:
            return True
        try:
            self._publish(messages)
        except RedisError as error:
            self._note_down(error)
            return False
        self._is_down = False
        return True

    def read(
        self, job_id: UUID, after: int, limit: int = READ_LIMIT
    ) -> list[ProgressMessage] | None:
        """The messages that follow a number without a gap.

        None where the history does not tell: Redis is away, has lost it, or no longer (or not yet)
        holds the next number. The database does.
        """
        try:
            found, newest = self._entries(job_id, after, limit)
        except RedisError as error:
            self._note_down(error)
            return None
        self._is_down = False
        messages = [ProgressMessage.from_json(entry) for entry in found]
        numbered = enumerate(messages, start=after + 1)
        following = [m for _, m in takewhile(lambda pair: pair[0] == pair[1].seq, numbered)]
        nothing_new = not messages and newest == after
        return following if following or nothing_new else None

    def forget(self, job_id: UUID) -> bool:
        """Remove the history of a job; False without Redis, where it expires by itself."""
        try:
            self._redis.delete(self._key(job_id))
        except RedisError as error:
            self._note_down(error)
            return False
        return True

    def listen(self, stop: threading.Event) -> Iterator[WakeUp | Reconnected]:
        """Wake-ups of all jobs until `stop` is set, through every restart of Redis."""
        delay_s = RECONNECT_FIRST_S
        while not stop.is_set():
            try:
                with PubSub(self._subscriber.connection_pool) as subscription:
                    subscription.subscribe(self._channel)
                    for event in _events(subscription, stop):
                        delay_s = RECONNECT_FIRST_S
                        yield event
            except RedisError as error:
                self._note_down(error)
                stop.wait(delay_s)
                delay_s = min(2 * delay_s, RECONNECT_MOST_S)

    def close(self) -> None:
        """Give the connections back."""
        self._redis.close()
        self._subscriber.close()

    @property
    def _channel(self) -> str:
        return f"{self.prefix}:progress"

    def _key(self, job_id: UUID) -> str:
        return f"{self.prefix}:progress:{job_id}"

    def _publish(self, messages: Sequence[ProgressMessage]) -> None:
        newest: dict[UUID, int] = {}
        with self._redis.pipeline(transaction=False) as commands:
            for message in messages:
                commands.zadd(self._key(message.job_id), {message.to_json(): message.seq})
                newest[message.job_id] = max(message.seq, newest.get(message.job_id, 0))
            for job_id, seq in newest.items():
                commands.zremrangebyrank(self._key(job_id), 0, -self._history - 1)
                commands.expire(self._key(job_id), HISTORY_SECONDS)
                commands.publish(self._channel, f"{job_id} {seq}")
            commands.execute()

    def _entries(self, job_id: UUID, after: int, limit: int) -> tuple[list[bytes], int | None]:
        key = self._key(job_id)
        with self._redis.pipeline(transaction=True) as commands:
            commands.zrangebyscore(key, f"({after}", "+inf", start=0, num=limit)
            commands.zrange(key, -1, -1, withscores=True)
            found, last = commands.execute()
        return found, int(last[0][1]) if last else None

    def _note_down(self, error: RedisError) -> None:
        if not self._is_down:
            log.warning("progress is not reaching Redis", error=str(error))
        self._is_down = True


def _events(subscription: PubSub, stop: threading.Event) -> Iterator[WakeUp | Reconnected]:
    while not stop.is_set():
        message = subscription.get_message(timeout=LISTEN_POLL_S)
        if message and message["type"] == "subscribe":
            yield Reconnected()
        elif message and message["type"] == "message":
            job_id, seq = message["data"].decode().split()
            yield WakeUp(UUID(job_id), int(seq))
