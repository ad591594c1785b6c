"""What the two kinds of broker need said differently: options, and the order of priorities."""

from typing import Any
from urllib.parse import urlsplit

from celeryconfig import VISIBILITY_TIMEOUT_S

HIGHEST_PRIORITY = 9

_REDIS_OPTIONS = {
    "visibility_timeout": VISIBILITY_TIMEOUT_S,
    "socket_connect_timeout": 3,
    # Above the second that a worker waits for a message in one call.
    "socket_timeout": 10,
    "socket_keepalive": True,
    "retry_on_timeout": False,
}
_AMQP_OPTIONS = {"confirm_publish": True}


def is_rabbitmq(broker_url: str) -> bool:
    return urlsplit(broker_url).scheme in {"amqp", "amqps"}


def transport_options(broker_url: str) -> dict[str, Any]:
    return dict(_AMQP_OPTIONS if is_rabbitmq(broker_url) else _REDIS_OPTIONS)


def message_priority(job_priority: int, broker_url: str) -> int:
    """The broker's number for a job's priority: RabbitMQ's greatest goes first, Redis's least."""
    level = min(max(job_priority, 0), HIGHEST_PRIORITY)
    return level if is_rabbitmq(broker_url) else HIGHEST_PRIORITY - level
