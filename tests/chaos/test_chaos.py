"""Hundreds of products of three tenants and four workers, while jobs are started, stopped, retried
and deleted, and processes killed, in an order that a seed decides.

`CHAOS_BLOWS`, `CHAOS_PRODUCTS` and `CHAOS_SEED` make it longer, larger and different:
`CHAOS_BLOWS=300 CHAOS_PRODUCTS=1000 CHAOS_SEED=7`.
"""

import os
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kombu.connection import Connection
from kombu.entity import Exchange, Queue
from sqlalchemy import select, text

from core.settings import Settings
from db.engine import Sessions
from db.lifecycle.dispatch import Dispatch
from db.tables import OutboxEvent
from tests.chaos.fleet import Fleet, running_fleet
from tests.chaos.invariants import (
    ENDED_TASKS,
    OPEN_JOBS,
    UNPUBLISHED,
    stray_artifacts,
    violations,
)
from tests.chaos.shops import SECRET, Shop, open_shops
from tests.worker.rabbitmq import RabbitMQ, why_absent
from worker.context import Context, create_context
from worker.drain import Drain

TENANTS = 3
# There is always something left to train while the blows fall, and not much more after the last.
PRODUCTS = int(os.environ.get("CHAOS_PRODUCTS", "240"))
BLOWS = int(os.environ.get("CHAOS_BLOWS", "24"))
SEED = int(os.environ.get("CHAOS_SEED", "1"))
STEP_S = 120
END_S = 600

pytestmark = [
    pytest.mark.rabbitmq,
    pytest.mark.skipif(why_absent() is not None, reason=why_absent() or ""),
]


@pytest.fixture
def rabbitmq() -> Iterator[RabbitMQ]:
    with tempfile.TemporaryDirectory(prefix="model-studio-rabbitmq-") as directory:
        server = RabbitMQ(Path(directory))
        server.start()
        yield server
        server.stop()


@pytest.fixture
def fleet(rabbitmq: RabbitMQ) -> Iterator[Fleet]:
    with (
        tempfile.TemporaryDirectory(prefix="model-studio-chaos-") as directory,
        running_fleet(
            Path(directory) / "data",
            AUTH_MODE="jwt",
            JWT_SECRET=SECRET,
            LEASE_SECONDS="5",
            MAX_CONCURRENT_JOBS="4",
            RABBITMQ_URL=rabbitmq.url,
            RATE_LIMIT_PER_MINUTE="100000",
            RATE_LIMIT_TRAINING_PER_MINUTE="100000",
            DEFAULT_RETRAINING_CRON="",
        ) as running,
    ):
        yield running


@pytest.mark.timeout(END_S + BLOWS * STEP_S)
def test_the_promises_hold(fleet: Fleet, rabbitmq: RabbitMQ) -> None:
    listen(rabbitmq)
    context = context_of(fleet)
    with open_shops(fleet.service.url, TENANTS, PRODUCTS) as shops:
        done = strike(fleet, shops, context.sessions)
    fleet.service.wait_until(lambda: count(context.sessions, OPEN_JOBS) == 0, END_S)
    fleet.service.wait_until(lambda: count(context.sessions, UNPUBLISHED) == 0, STEP_S)

    with context.sessions() as session:
        assert violations(session) == {}, f"seed {SEED}, {BLOWS} blows: {dict(done)}"
        sent = Counter(str(event) for event in session.scalars(select(OutboxEvent.event_id)))
    heard = received(rabbitmq)
    assert heard.keys() == sent.keys()
    assert stray_artifacts(context) == (set(), set())


def strike(fleet: Fleet, shops: list[Shop], sessions: Sessions) -> Counter[str]:
    """Blow after blow, each a few trainings after the one before."""
    chance = random.Random(SEED)
    done: Counter[str] = Counter()
    for number in range(BLOWS):
        name, blow = choose(chance, fleet, chance.choice(shops), is_first=number < len(shops))
        blow(chance)
        done[name] += 1
        wait_for_tasks(fleet, sessions, chance.randint(1, 12))
    return done


def choose(
    chance: random.Random, fleet: Fleet, shop: Shop, *, is_first: bool
) -> tuple[str, Callable[[random.Random], None]]:
    if is_first:
        return "start", shop.start
    blows: dict[str, tuple[int, Callable[[random.Random], None]]] = {
        "start": (6, shop.start),
        "stop": (4, shop.stop),
        "retry": (3, shop.retry),
        "delete": (2, shop.delete),
        "kill_task": (5, fleet.kill_task),
        "kill_worker": (2, fleet.kill_worker),
        "kill_service_part": (3, fleet.kill_service_part),
        "empty_redis": (2, fleet.empty_redis),
    }
    weights = [weight for weight, _ in blows.values()]
    name = chance.choices(list(blows), weights)[0]
    return name, blows[name][1]


def wait_for_tasks(fleet: Fleet, sessions: Sessions, more: int) -> None:
    """Until so many further tasks have ended, or none is left."""
    target = count(sessions, ENDED_TASKS) + more
    fleet.service.wait_until(
        lambda: count(sessions, ENDED_TASKS) >= target or count(sessions, OPEN_JOBS) == 0, STEP_S
    )


def count(sessions: Sessions, query: str) -> int:
    with sessions() as session:
        return int(session.scalar(text(query)) or 0)


def context_of(fleet: Fleet) -> Context:
    """What a worker of this service stands on."""
    settings = Settings.from_environment(fleet.environment)

    def send(_: Dispatch) -> None:
        raise AssertionError("this test hands out nothing")

    return create_context(settings, worker="chaos", send=send, drain=Drain(grace_s=0))


EVENTS = Queue(
    "chaos",
    Exchange("training", type="topic", durable=True),
    routing_key="training.#",
    durable=True,
)


def listen(rabbitmq: RabbitMQ) -> None:
    """Bind a queue before the first event, as a consumer does."""
    with Connection(rabbitmq.url) as connection:
        EVENTS(connection.channel()).declare()


def received(rabbitmq: RabbitMQ) -> Counter[str]:
    """Every event by its id."""
    with Connection(rabbitmq.url) as connection:
        queue = EVENTS(connection.channel())
        messages = iter(lambda: queue.get(no_ack=True), None)
        return Counter(message.payload["event_id"] for message in messages)
