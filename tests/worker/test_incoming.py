"""Events of other systems: taken once, acted on, or set aside with the reason."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from kombu.connection import Connection
from kombu.entity import Queue
from kombu.messaging import Producer
from sqlalchemy import select

from core.embedded import EmbeddedValkey
from core.settings import Settings
from db.engine import create_engine, create_sessions
from db.operation_tables import ConsumedEvent
from db.tables import DEFAULT_TENANT_ID, TrainingJob
from tests.db.at_once import at_once
from tests.fixtures.waiting import eventually
from tests.worker.rabbitmq import RabbitMQ, why_absent
from tests.worker.support import Shop
from worker.context import Context
from worker.incoming.consumer import Consumer
from worker.incoming.handling import Handled, handle
from worker.incoming.queues import connection, dead_queue, declare
from worker.incoming.shapes import Letter


def said(event_type: str = "training_scheduled", **more: Any) -> dict[str, Any]:
    return {
        "event_id": uuid4().hex,
        "event_type": event_type,
        "tenant_id": str(DEFAULT_TENANT_ID),
        "timestamp": "2026-11-06T03:00:00Z",
        **more,
    }


def letter(event: object, message_id: str | None = None) -> Letter:
    return Letter(json.dumps(event).encode(), message_id)


def take_in(context: Context, arrived: Letter) -> Handled:
    handled = handle(context, arrived)
    assert handled is not None
    return handled


def jobs(shop: Shop) -> list[TrainingJob]:
    with shop.sessions() as session:
        return list(session.scalars(select(TrainingJob).order_by(TrainingJob.created_at)))


def recorded(shop: Shop) -> list[ConsumedEvent]:
    with shop.sessions() as session:
        return list(session.scalars(select(ConsumedEvent).order_by(ConsumedEvent.received_at)))


def test_a_scheduled_training_becomes_a_job(context: Context, shop: Shop) -> None:
    shop.product("bread")
    shop.product("cake")
    event = said(
        job_name="Nightly",
        products=["bread"],
        priority=2,
        force=True,
        options={"algorithm": "prophet", "colour": "red"},
        version=7,
    )
    handled = take_in(context, letter(event))

    (job,) = jobs(shop)
    assert (handled.outcome, handled.job_id) == ("handled", job.id)
    assert (job.trigger, job.job_name, job.priority) == ("event", "Nightly", 2)
    assert (job.products_total, job.request) == (1, {"algorithm": "prophet", "force": True})
    (row,) = recorded(shop)
    assert (row.event_id, row.outcome, row.job_id) == (event["event_id"], "handled", job.id)


def test_a_job_can_be_followed_from_the_event_that_asked_for_it(
    context: Context, shop: Shop
) -> None:
    bread, cake = shop.product("bread"), shop.product("cake")
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    by_header = said(event_id="nightly-1", products=[str(bread)])
    take_in(context, Letter(json.dumps(by_header).encode(), traceparent=trace))
    by_field = said(event_id="an id with blanks", products=[str(cake)], traceparent=trace)
    take_in(context, letter(by_field))
    take_in(context, letter(said(traceparent="nonsense")))

    first, second, third = jobs(shop)
    assert (first.request_id, first.trace_context) == ("nightly-1", trace)
    assert second.trace_context == trace
    assert second.request_id is not None
    assert re.fullmatch("[0-9a-f]{32}", second.request_id)
    assert third.trace_context is None


def test_an_event_is_taken_once_however_often_it_comes(context: Context, shop: Shop) -> None:
    shop.product("bread")
    event = letter(said())
    results = at_once([lambda: handle(context, event)] * 5)

    assert [result.outcome for result in results if result is not None] == ["handled"]
    assert len(jobs(shop)) == 1


def test_without_an_event_id_the_message_or_what_it_says_is_one(
    context: Context, shop: Shop
) -> None:
    shop.product("bread")
    event = said()
    del event["event_id"]
    by_message = letter(event, "message 1")
    assert by_message.event_id == "message 1"
    assert take_in(context, letter(event)).outcome == "handled"
    assert handle(context, letter(event)) is None
    assert recorded(shop)[0].event_id.startswith("sha256-")


def test_new_sales_retrain_what_is_known_and_do_not_pile_up(context: Context, shop: Shop) -> None:
    bread = shop.product("bread")
    shop.product("cake")
    first = take_in(context, letter(said("sales.imported", product_ids=[str(bread), "unknown"])))
    second = take_in(context, letter(said("sales_imported", products=["bread"])))
    wider = take_in(context, letter(said("sales_imported")))

    assert (first.outcome, second.outcome, wider.outcome) == ("handled", "ignored", "handled")
    assert second.job_id == first.job_id
    assert [job.products_total for job in jobs(shop)] == [1, 2]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("no object", "event_type"),
        ({"event_type": "order_placed"}, "training_scheduled"),
        (said() | {"tenant_id": "bakery"}, "tenant_id"),
        (said() | {"tenant_id": str(uuid4())}, "There is no tenant"),
        (said(products=[]) | {"priority": 99}, "priority"),
        (said(products=["bagel"]), "'bagel'"),
    ],
)
def test_what_cannot_be_acted_on_is_rejected_with_the_reason(
    context: Context, shop: Shop, event: object, reason: str
) -> None:
    shop.product("bread")
    handled = take_in(context, letter(event))

    assert handled.outcome == "rejected"
    assert reason in (handled.reason or "")
    assert [row.reason for row in recorded(shop)] == [handled.reason]
    assert jobs(shop) == []


def test_a_rejected_event_may_be_sent_again_when_it_can_be_acted_on(
    context: Context, shop: Shop
) -> None:
    event = letter(said(products=["bread"]))
    assert take_in(context, event).outcome == "rejected"
    shop.product("bread")
    assert take_in(context, event).outcome == "handled"
    assert [row.outcome for row in recorded(shop)] == ["handled"]


def test_bytes_that_are_no_json_are_kept_for_whoever_looks(context: Context, shop: Shop) -> None:
    assert take_in(context, Letter(b"\xff\x00 nonsense")).outcome == "rejected"
    assert "nonsense" in recorded(shop)[0].payload["unreadable"]


@pytest.mark.parametrize("levels", [600, 100_000])
def test_what_is_nested_too_deep_to_be_kept_is_rejected_like_no_json(
    context: Context, shop: Shop, levels: int
) -> None:
    """Whoever read it would end with it, and so would the next one that the broker gives it."""
    body = b'{"tenant_id": "\\u0000", "products": ' + b"[" * levels + b"]" * levels + b"}"
    assert take_in(context, Letter(body)).outcome == "rejected"
    assert recorded(shop)[0].payload["unreadable"].startswith('{"tenant_id"')


@contextmanager
def consuming(context: Context) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=Consumer(context).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def with_brokers(context: Context, **urls: str) -> Context:
    known = {"lease_seconds": context.settings.lease_seconds}
    return replace(context, settings=Settings(**known, **urls))


def send(url: str, body: object, *, exchange: str = "", routing_key: str) -> None:
    with Connection(url) as opened:
        producer = Producer(opened.channel())
        producer.publish(body, exchange=exchange, routing_key=routing_key)


def dead_letters(context: Context, url: str) -> list[str]:
    """The reasons of the dead letters, taken from their queue."""
    found = []
    with Connection(url) as opened:
        queue = Queue(dead_queue(context.settings)).bind(opened.channel())
        while message := queue.get(no_ack=True):
            found.append(message.headers["reason"])
    return found


def assert_poison_holds_up_nothing(connected: Context, shop: Shop, url: str) -> None:
    shop.product("bread")
    settings = connected.settings
    with connection(settings) as opened:
        declare(opened, settings)  # RabbitMQ drops what is sent to a queue that is not there yet
    with consuming(connected):
        send(url, "poison", routing_key=settings.events_queue)
        send(url, said(), routing_key=settings.events_queue)
        eventually(lambda: len(recorded(shop)) == 2)
        send(
            url,
            said("sales_imported"),
            exchange=settings.sales_exchange,
            routing_key=settings.sales_binding,
        )
        eventually(lambda: len(recorded(shop)) == 3)

    assert [row.outcome for row in recorded(shop)] == ["rejected", "handled", "ignored"]
    (reason,) = dead_letters(connected, url)
    assert "event_type" in reason


def test_events_arrive_over_redis_where_there_is_no_rabbitmq(
    context: Context, shop: Shop, own_valkey: Any
) -> None:
    valkey: EmbeddedValkey = own_valkey()
    assert_poison_holds_up_nothing(with_brokers(context, redis_url=valkey.url), shop, valkey.url)


def test_a_redis_that_is_killed_and_comes_back_is_read_again(
    context: Context, shop: Shop, own_valkey: Any
) -> None:
    valkey: EmbeddedValkey = own_valkey()
    shop.product("bread")
    connected = with_brokers(context, redis_url=valkey.url)
    queue = connected.settings.events_queue
    with consuming(connected):
        send(valkey.url, said(), routing_key=queue)
        eventually(lambda: len(recorded(shop)) == 1)
        assert valkey.process is not None
        valkey.process.kill()
        valkey.process.wait()
        valkey.start()
        send(valkey.url, said(force=True), routing_key=queue)
        eventually(lambda: len(recorded(shop)) == 2)


def test_while_the_database_is_away_events_wait_at_the_broker(
    context: Context, shop: Shop, own_valkey: Any
) -> None:
    valkey: EmbeddedValkey = own_valkey()
    shop.product("bread")
    connected = with_brokers(context, redis_url=valkey.url)
    nowhere = create_engine("postgresql://nobody@127.0.0.1:1/none")
    away = replace(connected, sessions=create_sessions(nowhere))
    queue = connected.settings.events_queue
    send(valkey.url, said(), routing_key=queue)
    with consuming(away):
        threading.Event().wait(1.5)
    nowhere.dispose()
    assert recorded(shop) == []
    with consuming(connected):
        eventually(lambda: len(jobs(shop)) == 1)


@pytest.mark.rabbitmq
@pytest.mark.skipif(why_absent() is not None, reason=why_absent() or "")
class TestWithRabbitMQ:
    @pytest.fixture
    def rabbitmq(self, tmp_path: Any) -> Iterator[RabbitMQ]:
        node = RabbitMQ(tmp_path)
        node.start()
        yield node
        node.stop()

    def test_the_same_over_rabbitmq_across_a_restart(
        self, context: Context, shop: Shop, rabbitmq: RabbitMQ
    ) -> None:
        connected = with_brokers(context, rabbitmq_url=rabbitmq.url)
        assert_poison_holds_up_nothing(connected, shop, rabbitmq.url)
        with consuming(connected):
            rabbitmq.stop()
            rabbitmq.start()
            send(rabbitmq.url, said(force=True), routing_key=connected.settings.events_queue)
            eventually(lambda: len(recorded(shop)) == 4)
        assert recorded(shop)[3].outcome == "handled"
