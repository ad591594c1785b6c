"""Events on their way from the outbox to RabbitMQ: a real one, and such as stop answering."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from kombu.connection import Connection
from kombu.entity import Queue
from kombu.message import Message
from sqlalchemy import select, text

from core.embedded import free_port
from core.settings import Settings
from db.tables import DEFAULT_TENANT_ID, OutboxEvent
from tests.worker.amqp_stand_in import MutedBroker, SilentBroker
from tests.worker.rabbitmq import RabbitMQ, why_absent
from tests.worker.support import Shop, quick_work
from worker.context import Context
from worker.events import BATCH, EXCHANGE, SEND_FOR_S, publish_events
from worker.training import run_task

needs_rabbitmq = [
    pytest.mark.rabbitmq,
    pytest.mark.skipif(why_absent() is not None, reason=why_absent() or ""),
]


@pytest.fixture(scope="module")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    node = RabbitMQ(tmp_path_factory.mktemp("rabbitmq"))
    node.start()
    yield node
    node.stop()


IDLE_IN_TRANSACTION = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
"""


def told_to(broker: SilentBroker) -> list[str]:
    return [json.loads(body)["event_id"] for body in broker.bodies]


class Subscriber:
    """A queue bound to the exchange of the events, as another service would bind one."""

    def __init__(self, url: str, key_prefix: str) -> None:
        self._url = url
        self._queue = Queue(key_prefix, EXCHANGE, routing_key="training.#", durable=True)
        with Connection(url) as connection:
            self._queue.bind(connection.default_channel).declare()

    def received(self) -> list[tuple[str, str]]:
        """Routing key and type of each message, taken from the queue."""
        return [
            (message.delivery_info["routing_key"], message.decode()["event_type"])
            for message in self._taken()
        ]

    def event_ids(self) -> list[str]:
        return [message.decode()["event_id"] for message in self._taken()]

    def _taken(self) -> Iterator[Message]:
        with Connection(self._url) as connection:
            queue = self._queue.bind(connection.default_channel)
            while message := queue.get(no_ack=True):
                yield message


def with_rabbitmq(context: Context, url: str) -> Context:
    return replace(
        context, settings=Settings(rabbitmq_url=url, lease_seconds=context.settings.lease_seconds)
    )


def train_one(context: Context, shop: Shop, sku: str) -> None:
    shop.job(shop.product(sku))
    run_task(shop.next_task(), context, {"product": quick_work})


def outbox(shop: Shop) -> list[OutboxEvent]:
    with shop.sessions() as session:
        return list(session.scalars(select(OutboxEvent).order_by(OutboxEvent.id)))


def test_without_a_rabbitmq_events_wait_in_the_database(context: Context, shop: Shop) -> None:
    train_one(context, shop, "bread")

    assert publish_events(context) == 0
    assert [event.attempts for event in outbox(shop)] == [0]


def test_a_rabbitmq_that_is_away_delays_events(context: Context, shop: Shop) -> None:
    train_one(context, shop, "bread")
    nobody = f"amqp://guest:guest@127.0.0.1:{free_port()}//"

    assert publish_events(with_rabbitmq(context, nobody)) == 0
    (event,) = outbox(shop)
    assert event.published_at is None
    assert event.attempts == 1
    assert event.last_error


def test_a_broker_that_stops_confirming_holds_up_nothing_but_its_events(
    context: Context, shop: Shop
) -> None:
    for sku in ("bread", "cake", "pie", "roll"):
        train_one(context, shop, sku)
    seen: list[object] = []

    def look() -> None:
        """While the publisher waits: no transaction is open, no row held, and nobody else sends."""
        with shop.sessions.begin() as session:
            seen.append(session.scalar(text(IDLE_IN_TRANSACTION)))
            seen.append(
                len(session.scalars(select(OutboxEvent).with_for_update(nowait=True)).all())
            )
        seen.append(publish_events(with_rabbitmq(context, silent.url)))

    with SilentBroker(confirms=2, on_silence=look) as silent:
        published = publish_events(with_rabbitmq(context, silent.url), answer_timeout_s=0.5)

    assert seen == [0, 4, 0]
    assert published == 2
    assert [event.published_at is None for event in outbox(shop)] == [False, False, True, True]
    assert [(event.attempts, event.claimed_until) for event in outbox(shop)] == [(1, None)] * 4
    assert [bool(event.last_error) for event in outbox(shop)] == [False, False, True, True]

    with SilentBroker(confirms=10, on_silence=look) as answering:
        assert publish_events(with_rabbitmq(context, answering.url)) == 2
    ids = [str(event.event_id) for event in outbox(shop)]
    assert told_to(silent) == ids[:3]
    assert told_to(answering) == ids[2:]


def test_a_backlog_does_not_hold_up_the_sweep(context: Context, shop: Shop) -> None:
    """What a slow broker takes no more of in time is left to the next sweep, held by nobody."""
    waiting = 3 * BATCH
    with shop.sessions.begin() as session:
        session.add_all(
            OutboxEvent(
                tenant_id=DEFAULT_TENANT_ID,
                event_type="training_completed",
                routing_key="training.completed",
                payload={"event_id": str(number)},
            )
            for number in range(waiting)
        )
    seconds = count(step=0.125)

    with SilentBroker(confirms=waiting, on_silence=lambda: None) as slow:
        published = publish_events(
            with_rabbitmq(context, slow.url), clock=lambda: float(next(seconds))
        )

    assert BATCH < published < SEND_FOR_S / 0.125
    assert told_to(slow) == [str(number) for number in range(published)]
    left = outbox(shop)[published:]
    assert [(event.published_at, event.claimed_until) for event in left] == [(None, None)] * len(
        left
    )


class TestWithRabbitMQ:
    pytestmark = needs_rabbitmq

    def test_a_confirmed_event_leaves_once(
        self, context: Context, shop: Shop, rabbitmq: RabbitMQ, key_prefix: str
    ) -> None:
        subscriber = Subscriber(rabbitmq.url, key_prefix)
        connected = with_rabbitmq(context, rabbitmq.url)
        train_one(context, shop, "bread")

        assert publish_events(connected) == 1
        assert publish_events(connected) == 0
        assert subscriber.received() == [("training.completed", "training_completed")]
        assert outbox(shop)[0].published_at is not None

    def test_events_wait_for_a_broker_that_restarts(
        self, context: Context, shop: Shop, rabbitmq: RabbitMQ, key_prefix: str
    ) -> None:
        subscriber = Subscriber(rabbitmq.url, key_prefix)
        connected = with_rabbitmq(context, rabbitmq.url)
        rabbitmq.stop()
        train_one(context, shop, "bread")
        train_one(context, shop, "cake")
        assert publish_events(connected) == 0
        rabbitmq.start()

        assert publish_events(connected) == 2
        assert len(subscriber.received()) == 2

    def test_what_was_not_confirmed_is_sent_again_in_order(
        self, context: Context, shop: Shop, rabbitmq: RabbitMQ, key_prefix: str
    ) -> None:
        subscriber = Subscriber(rabbitmq.url, key_prefix)
        for sku in ("bread", "cake", "pie", "roll"):
            train_one(context, shop, sku)
        first, second, third, fourth = (str(event.event_id) for event in outbox(shop))

        with MutedBroker(rabbitmq.port, confirms=2) as muted:
            published = publish_events(with_rabbitmq(context, muted.url), answer_timeout_s=0.5)

        assert published == 2
        assert publish_events(with_rabbitmq(context, rabbitmq.url)) == 2
        # The broker had taken the third, and only its confirmation was lost.
        assert subscriber.event_ids() == [first, second, third, third, fourth]

    def test_an_event_that_nobody_listens_for_counts_as_delivered(
        self, context: Context, shop: Shop, rabbitmq: RabbitMQ
    ) -> None:
        train_one(context, shop, "bread")

        assert publish_events(with_rabbitmq(context, rabbitmq.url)) == 1
