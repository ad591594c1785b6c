"""Counters that all processes add to, in Redis. A Redis that forgets is a restart of the counters,
which Prometheus knows how to read.
"""

import threading
from collections import Counter
from collections.abc import Mapping

from redis import RedisError

from core.redis_client import DEFAULT_PREFIX, redis_client

WORK_COUNTERS = "work"
"""What workers count."""


class SharedCounters:
    """Counts in memory and adds it to the shared ones with `flush`, so counting costs nothing."""

    def __init__(self, redis_url: str, name: str, prefix: str = DEFAULT_PREFIX) -> None:
        self._redis = redis_client(redis_url, retries=1)
        self._key = f"{prefix}:counters:{name}"
        self._lock = threading.Lock()
        self._unsent: Counter[str] = Counter()

    def add(self, counts: Mapping[str, int]) -> None:
        with self._lock:
            self._unsent.update(counts)

    def flush(self) -> bool:
        """Add what was counted to the shared counters; False without Redis, which then gets it
        later.
        """
        with self._lock:
            unsent, self._unsent = self._unsent, Counter()
        if not unsent:
            return True
        try:
            with self._redis.pipeline(transaction=True) as commands:
                for field, count in unsent.items():
                    commands.hincrby(self._key, field, count)
                commands.execute()
        except RedisError:
            self.add(unsent)
            return False
        return True

    def totals(self) -> dict[str, int] | None:
        """The counters of all processes; None without Redis."""
        if not self.flush():
            return None
        try:
            found = self._redis.hgetall(self._key)
        except RedisError:
            return None
        return {_text(field): int(count) for field, count in found.items()}

    def close(self) -> None:
        self._redis.close()


def _text(field: bytes | str) -> str:
    return field if isinstance(field, str) else field.decode()
