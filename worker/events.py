"""Events leave the outbox for RabbitMQ; each is marked only after the broker has confirmed it.

A broker that is away delays events and loses none. One that confirms just before this process
dies gets the event a second time: its `message_id` tells. Without RABBITMQ_URL events stay in the
outbox.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from amqp.exceptions import AMQPError
from kombu.connection import Connection
from kombu.entity import Exchange
from kombu.exceptions import OperationalError
from kombu.messaging import Producer

from db import outbox
from db.tables import OutboxEvent
from worker.context import Context

log = structlog.get_logger(__name__)

EXCHANGE = Exchange("training", type="topic", durable=True)
BATCH = 100
CONNECT_TIMEOUT_S = 3.0
CONFIRM_TIMEOUT_S = 5.0
AWAY = (OperationalError, AMQPError, OSError)


def publish_events(context: Context) -> int:
    """Publish what waits in the outbox, if there is a RabbitMQ; how many events left."""
    url = context.settings.rabbitmq_url
    published = 0
    while url is not None:
        count = _publish_batch(context, url)
        published += count
        if count < BATCH:
            break
    if published:
        log.info("events published", events=published)
    return published


def _publish_batch(context: Context, url: str) -> int:
    """One batch in one transaction; what the broker does not confirm stays unpublished."""
    confirmed: list[OutboxEvent] = []
    with context.sessions.begin() as session:
        events = outbox.unpublished(session, BATCH)
        if not events:
            return 0
        try:
            with _producer(url) as producer:
                for event in events:
                    _publish(producer, event)
                    confirmed.append(event)
        except AWAY as error:
            log.warning("events not published", error=str(error), waiting=len(events))
            outbox.mark_failed(session, _ids(events[len(confirmed) :]), str(error))
        outbox.mark_published(session, _ids(confirmed))
    return len(confirmed)


@contextmanager
def _producer(url: str) -> Iterator[Producer]:
    with Connection(
        url, connect_timeout=CONNECT_TIMEOUT_S, transport_options={"confirm_publish": True}
    ) as connection:
        connection.ensure_connection(max_retries=1, interval_start=0.1)
        channel = connection.channel()
        yield Producer(channel, exchange=EXCHANGE, serializer="json", on_return=_note_unheard)


def _publish(producer: Producer, event: OutboxEvent) -> None:
    producer.publish(
        event.payload,
        routing_key=event.routing_key,
        mandatory=True,
        delivery_mode="persistent",
        message_id=f"model-studio-{event.id}",
        type=event.event_type,
        timeout=CONFIRM_TIMEOUT_S,
        confirm_timeout=CONFIRM_TIMEOUT_S,
    )


def _note_unheard(_: object, exchange: str, routing_key: str, __: Any) -> None:
    log.warning("no queue is bound for an event", exchange=exchange, routing_key=routing_key)


def _ids(events: Sequence[OutboxEvent]) -> list[int]:
    return [event.id for event in events]
