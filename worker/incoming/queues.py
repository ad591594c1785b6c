"""Where events of other systems arrive, and where those go that cannot be acted on.

On RabbitMQ, or on Redis where none is configured; kombu speaks to both alike.
"""

from typing import Any

from kombu.connection import Connection
from kombu.entity import Exchange, Queue

from core.errors import SettingsError
from core.settings import Settings

HEARTBEAT_S = 30
CONNECT_TIMEOUT_S = 5
DELIVERY_LIMIT = 20
REDIS_VISIBILITY_TIMEOUT_S = 120


def dead_queue(settings: Settings) -> str:
    return f"{settings.events_queue}.dead"


def connection(settings: Settings) -> Connection:
    if settings.rabbitmq_url is not None:
        return Connection(
            settings.rabbitmq_url,
            heartbeat=HEARTBEAT_S,
            connect_timeout=CONNECT_TIMEOUT_S,
            transport_options={"confirm_publish": True},
        )
    if settings.redis_url is None:
        raise SettingsError(("Neither RABBITMQ_URL nor REDIS_URL is set; events need one",))
    return Connection(settings.redis_url, transport_options=_redis_options(settings.events_queue))


def declare(connection: Connection, settings: Settings) -> Queue:
    """The queue, bound to the exchanges of the others; an exchange that exists stays as it is."""
    dead = dead_queue(settings)
    channel = connection.default_channel
    Queue(dead, durable=True, queue_arguments={"x-queue-type": "quorum"}).bind(channel).declare()
    queue: Queue = Queue(
        settings.events_queue,
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": dead,
        },
    ).bind(channel)
    queue.declare()
    for exchange, routing_key in _bindings(settings):
        _declare_exchange(connection, exchange)
        queue.bind_to(exchange, routing_key)
    return queue


def _bindings(settings: Settings) -> tuple[tuple[str, str], ...]:
    return (
        (settings.orchestrator_exchange, settings.orchestrator_binding),
        (settings.sales_exchange, settings.sales_binding),
    )


def _declare_exchange(connection: Connection, name: str) -> None:
    try:
        _declare_on(connection.channel(), name, passive=True)
    except connection.channel_errors:  # there is none yet
        _declare_on(connection.channel(), name, passive=False)


def _declare_on(channel: Any, name: str, *, passive: bool) -> None:
    with channel:
        Exchange(name, type="topic", durable=True).bind(channel).declare(passive=passive)


def _redis_options(queue: str) -> dict[str, Any]:
    """What is not acknowledged has names of its own, apart from that of Celery in the same Redis:
    its messages may take days, ours come back within minutes.
    """
    return {
        "visibility_timeout": REDIS_VISIBILITY_TIMEOUT_S,
        "unacked_key": f"{queue}.unacked",
        "unacked_index_key": f"{queue}.unacked_index",
        "unacked_mutex_key": f"{queue}.unacked_mutex",
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_timeout": 10,
        "socket_keepalive": True,
    }
