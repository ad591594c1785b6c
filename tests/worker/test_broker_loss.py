"""A worker's connection is lost while it waits for a message and holds another one."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from kombu.connection import Connection
from kombu.entity import Exchange, Queue
from kombu.message import Message

from core.embedded import EmbeddedValkey
from tests.fixtures.waiting import PATIENCE_S
from worker.broker import transport_options
from worker.broker_loss import begin_to_close


@pytest.fixture
def valkey(own_valkey: Callable[[], EmbeddedValkey]) -> EmbeddedValkey:
    return own_valkey()


def listen_for_orders(connection: Connection) -> None:
    """As Celery's remote control does, on a channel of its own."""
    orders = Queue("orders", Exchange("orders", type="fanout"), auto_delete=True)
    connection.Consumer([orders], channel=connection.channel()).consume()


def take_one_and_wait_for_more(connection: Connection) -> Message:
    held: list[Message] = []
    queue = Queue("work", routing_key="work")
    connection.Producer().publish("first", routing_key="work", declare=[queue])
    consumer = connection.Consumer([queue], on_message=held.append)
    consumer.consume()
    while not held:
        connection.drain_events(timeout=PATIENCE_S)
    with suppress(TimeoutError):
        connection.drain_events(timeout=0.1)  # asks for another message, and no answer comes
    return held[0]


def test_a_message_in_hand_does_not_keep_a_lost_connection_from_being_closed(
    valkey: EmbeddedValkey,
) -> None:
    connection = Connection(valkey.url, transport_options=transport_options(valkey.url))
    message = take_one_and_wait_for_more(connection)
    listen_for_orders(connection)
    assert valkey.process is not None
    valkey.process.kill()
    valkey.process.wait()

    begin_to_close(connection, message.channel)
    connection.collect(socket_timeout=5)  # as Celery does before it connects again
    connection.close()

    assert message.channel.closed
    valkey.start()
    message.ack()
    message.channel.pool.disconnect()
