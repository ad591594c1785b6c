"""Events leave the outbox for RabbitMQ; each is marked only after the broker has confirmed it.

A broker that is away delays events and loses none. One that confirms just before this process
dies gets the event a second time, with the same `event_id`. No transaction is open while the broker
is waited for. Without RABBITMQ_URL events stay in the outbox; webhooks have their own copy.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import takewhile
from typing import Any

import structlog
from amqp.exceptions import AMQPError, MessageNacked
from kombu.connection import Connection
from kombu.entity import Exchange
from kombu.exceptions import OperationalError
from kombu.messaging import Producer

from db.operation import outbox
from db.operation.outbox import Batch
from db.tables import OutboxEvent
from worker.context import Context

log = structlog.get_logger(__name__)

EXCHANGE = Exchange("training", type="topic", durable=True)
BATCH = 100
CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 5.0
SEND_FOR_S = 20.0
"""What is not sent by then is left to the next sweep: neither a slow broker outlives the lease, nor
does a backlog of a day hold up the sweep, which also takes back what dead workers held.
"""
LEASE = timedelta(seconds=60)
"""Time to connect, to send and to wait for the last answer, three times over."""
AWAY = (OperationalError, AMQPError, MessageNacked, OSError)


def publish_events(
    context: Context,
    *,
    answer_timeout_s: float = ANSWER_TIMEOUT_S,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Publish what waits in the outbox, if there is a RabbitMQ; how many events left."""
    url = context.settings.rabbitmq_url
    if url is None:
        return 0
    stop_at = clock() + SEND_FOR_S
    published, error = 0, None
    while error is None and clock() < stop_at and (batch := _claim(context)) is not None:
        in_time = takewhile(lambda _: clock() < stop_at, batch.events)
        confirmed, error = _send(url, in_time, answer_timeout_s)
        _settle(context, batch, confirmed, error)
        published += len(confirmed)
    if published:
        log.info("events published", events=published)
    return published


def _claim(context: Context) -> Batch | None:
    with context.sessions.begin() as session:
        return outbox.claim(session, limit=BATCH, lease=LEASE)


def _send(
    url: str, events: Iterable[OutboxEvent], answer_timeout_s: float
) -> tuple[list[int], Exception | None]:
    """The ids of those that the broker confirmed, and why not all, if it went away."""
    confirmed: list[int] = []
    try:
        with _producer(url, answer_timeout_s) as producer:
            for event in events:
                _publish(producer, event, answer_timeout_s)
                confirmed.append(event.id)
    except AWAY as error:
        return confirmed, error
    return confirmed, None


def _settle(
    context: Context, batch: Batch, confirmed: Sequence[int], error: Exception | None
) -> None:
    waiting = len(batch.events) - len(confirmed)
    with context.sessions.begin() as session:
        outbox.mark_published(session, confirmed)
        if waiting:
            outbox.give_back(session, batch, None if error is None else _told(error))
    if error is not None:
        log.warning("events not published", error=_told(error), waiting=waiting)


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__


@contextmanager
def _producer(url: str, answer_timeout_s: float) -> Iterator[Producer]:
    options = {
        "confirm_publish": True,
        # Each step of connecting and of closing waits for an answer, too.
        "read_timeout": answer_timeout_s,
        "write_timeout": answer_timeout_s,
    }
    with Connection(
        url, connect_timeout=CONNECT_TIMEOUT_S, transport_options=options
    ) as connection:
        connection.ensure_connection(max_retries=1, interval_start=0.1)
        channel = connection.channel()
        yield Producer(channel, exchange=EXCHANGE, serializer="json", on_return=_note_unheard)


def _publish(producer: Producer, event: OutboxEvent, answer_timeout_s: float) -> None:
    producer.publish(
        event.payload,
        routing_key=event.routing_key,
        mandatory=True,
        delivery_mode="persistent",
        message_id=str(event.event_id),
        type=event.event_type,
        timeout=answer_timeout_s,
        confirm_timeout=answer_timeout_s,
    )


def _note_unheard(_: object, exchange: str, routing_key: str, __: Any) -> None:
    log.warning("no queue is bound for an event", exchange=exchange, routing_key=routing_key)
