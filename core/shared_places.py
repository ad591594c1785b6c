"""Places that all processes on all hosts share, held in Redis for as long as they are renewed.

A process that dies gives nothing back: what it held is free again when its time has run out. Redis
may forget everything; the next renewal tells it again.
"""

from collections import Counter
from collections.abc import Collection, Mapping

from redis import RedisError

from core.redis_client import DEFAULT_PREFIX, redis_client

_TAKE = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[3]))
return 1
"""
_RENEW = """
local till = tonumber(redis.call('TIME')[1]) + tonumber(ARGV[1])
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], till, ARGV[i]) end
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[1]))
"""
_HOLDERS = """
local now = tonumber(redis.call('TIME')[1])
return redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')
"""


class SharedPlaces:
    """Places by group, such as the connections of a tenant. A place has a name of its own, which
    begins with its kind: `socket:…`.
    """

    def __init__(self, redis_url: str, *, hold_s: int, prefix: str = DEFAULT_PREFIX) -> None:
        self._redis = redis_client(redis_url, retries=1)
        self._prefix = f"{prefix}:places:"
        self._hold_s = hold_s

    def take(self, group: str, place: str, most: int) -> bool | None:
        """Whether the place could be taken; None when Redis does not tell."""
        try:
            taken = self._redis.eval(_TAKE, 1, self._prefix + group, place, most, self._hold_s)
        except RedisError:
            return None
        return bool(taken)

    def renew(self, held: Mapping[str, Collection[str]]) -> bool:
        """Hold these places for longer; False without Redis."""
        try:
            with self._redis.pipeline(transaction=False) as commands:
                for group, places in held.items():
                    commands.eval(_RENEW, 1, self._prefix + group, self._hold_s, *places)
                commands.execute()
        except RedisError:
            return False
        return True

    def give_back(self, group: str, place: str) -> None:
        try:
            self._redis.zrem(self._prefix + group, place)
        except RedisError:
            return  # it runs out by itself

    def counts(self) -> dict[tuple[str, str], int] | None:
        """Places held by group and kind; None without Redis."""
        found: Counter[tuple[str, str]] = Counter()
        try:
            for key in self._redis.scan_iter(f"{self._prefix}*", count=1000):
                group = key.decode().removeprefix(self._prefix)
                for place in self._redis.eval(_HOLDERS, 1, key):
                    found[group, place.decode().partition(":")[0]] += 1
        except RedisError:
            return None
        return dict(found)

    def close(self) -> None:
        self._redis.close()
