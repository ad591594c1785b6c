"""What the two kinds of broker need said differently."""

from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from kombu.entity import Exchange, Queue

from celeryconfig import DEAD_LETTER_EXCHANGE, VISIBILITY_TIMEOUT_S

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


def declare_dead_letters(app: Celery) -> None:
    """On RabbitMQ, make the place for messages that no worker could take, so that one can look."""
    if not is_rabbitmq(app.conf.broker_url):
        return
    exchange = Exchange(DEAD_LETTER_EXCHANGE, type="fanout", durable=True)
    queue = Queue(DEAD_LETTER_EXCHANGE, exchange, queue_arguments={"x-queue-type": "quorum"})
    with app.connection_for_write() as connection:
        queue.bind(connection.default_channel).declare()
