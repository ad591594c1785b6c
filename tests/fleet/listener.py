"""Another system, which listens to the events of finished trainings."""

from contextlib import suppress
from typing import Any

from kombu import Connection, Consumer, Exchange, Queue

ARRIVES_S = 120.0
SILENCE_S = 8.0


def bind(connection: Connection) -> None:
    """Make the queue; do it before the first training, or its event is gone."""
    _queue()(connection.default_channel).declare()


def arrived(connection: Connection, at_least: int) -> list[Any]:
    """The bodies of all events: so many, and then until nothing has come for some seconds."""
    bodies: list[Any] = []

    def take(body: Any, message: Any) -> None:
        bodies.append(body)
        message.ack()

    consumer = Consumer(connection, queues=[_queue()], callbacks=[take], accept=["json"])
    with consumer, suppress(TimeoutError):
        while True:
            connection.drain_events(timeout=SILENCE_S if len(bodies) >= at_least else ARRIVES_S)
    return bodies


def _queue() -> Queue:
    exchange = Exchange("training", type="topic", durable=True)
    return Queue("another-system", exchange, routing_key="training.completed", durable=True)
