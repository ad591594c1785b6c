"""Events leave the outbox for RabbitMQ; each is marked only after the broker has confirmed it.

A broker that is away delays events and loses none. One that confirms just before this process
dies gets the event a second time, with the same `event_id`. Without RABBITMQ_URL events stay in the
outbox; webhooks have their own copy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from amqp.exceptions import AMQPError
from kombu.connection import Connection
from kombu.entity import Exchange
from kombu.exceptions import OperationalError
from kombu.messaging import Producer

from db.operation import outbox
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
    if url is None or not _is_anything_waiting(context):
        return 0
    published = 0
    try:
        with _producer(url) as producer:
            while count := _publish_batch(context, producer):
                published += count
    except AWAY as error:
        _note_failure(context, error)
    if published:
        log.info("events published", events=published)
    return published


def _is_anything_waiting(context: Context) -> bool:
    with context.sessions() as session:
        return outbox.is_waiting(session)


def _publish_batch(context: Context, producer: Producer) -> int:
    """One batch in one transaction. What was confirmed before the broker went away stays so."""
    confirmed: list[int] = []
    with context.sessions.begin() as session:
        try:
            for event in outbox.unpublished(session, BATCH):
                _publish(producer, event)
                confirmed.append(event.id)
        except AWAY as error:
            if not confirmed:
                raise
            log.warning("the broker went away", error=str(error))
        outbox.mark_published(session, confirmed)
    return len(confirmed)


def _note_failure(context: Context, error: Exception) -> None:
    with context.sessions.begin() as session:
        ids = [event.id for event in outbox.unpublished(session, BATCH)]
        outbox.mark_failed(session, ids, str(error))
    log.warning("events not published", error=str(error), waiting=len(ids))


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
        message_id=str(event.event_id),
        type=event.event_type,
        timeout=CONFIRM_TIMEOUT_S,
        confirm_timeout=CONFIRM_TIMEOUT_S,
    )


def _note_unheard(_: object, exchange: str, routing_key: str, __: Any) -> None:
    log.warning("no queue is bound for an event", exchange=exchange, routing_key=routing_key)
