"""How our processes talk to Redis: short waits, because everything goes on without it."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

DEFAULT_PREFIX = "model-studio"


def redis_client(redis_url: str, *, retries: int, health_check_interval: int = 0) -> Redis:
    """A client that gives up within seconds."""
    return Redis.from_url(
        redis_url,
        socket_connect_timeout=1.0,
        socket_timeout=2.0,
        socket_keepalive=True,
        health_check_interval=health_check_interval,
        retry=Retry(NoBackoff(), retries),
    )
