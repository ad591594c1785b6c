from dataclasses import replace

import pytest

from db.lifecycle.dispatch import Dispatch
from tests.worker.support import Shop
from worker.broker import message_priority, transport_options
from worker.context import Context
from worker.dispatcher import dispatch, dispatch_if_possible
from worker.errors import BrokerUnavailableError


def refuse(task: Dispatch) -> None:
    raise BrokerUnavailableError("away")


def test_no_more_is_handed_out_than_slots_take_and_one_more_for_each(
    context: Context, shop: Shop, sent: list[Dispatch]
) -> None:
    shop.job(*(shop.product(f"product {number}") for number in range(5)))
    shop.slots(2)

    assert [dispatch(context) for _ in range(3)] == [2, 2, 0]
    assert len(sent) == 4


def test_what_was_not_sent_stays_handed_out_for_the_sweep(context: Context, shop: Shop) -> None:
    job_id = shop.job(shop.product("bread"))
    shop.slots(1)
    dispatch_if_possible(replace(context, send=refuse))

    (task_id,) = shop.task_ids(job_id)
    assert shop.show_task(task_id).dispatched_at is not None


@pytest.mark.parametrize("url", ["redis://localhost/0", "rediss://localhost/0"])
def test_redis_serves_the_least_number_first(url: str) -> None:
    assert message_priority(5, url) < message_priority(0, url)


def test_rabbitmq_serves_the_greatest_number_first() -> None:
    url = "amqp://localhost"
    assert message_priority(5, url) > message_priority(0, url)


@pytest.mark.parametrize("priority", [-1000, 0, 1000])
@pytest.mark.parametrize("url", ["redis://localhost/0", "amqp://localhost"])
def test_any_priority_becomes_one_that_brokers_know(priority: int, url: str) -> None:
    assert 0 <= message_priority(priority, url) <= 9


def test_each_broker_gets_options_that_it_knows() -> None:
    assert "visibility_timeout" in transport_options("redis://localhost/0")
    assert transport_options("amqps://localhost") == {"confirm_publish": True}
