"""RabbitMQ for real: as the bus of events while it is stopped, and as the broker of trainings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from kombu.connection import Connection
from kombu.entity import Queue
from sqlalchemy import select

from core.embedded import EmbeddedValkey, free_port
from core.setting_kinds import OFF
from core.settings import Settings
from db.tables import OutboxEvent
from tests.e2e.flower import trained, workers
from tests.fixtures.waiting import PATIENCE_S, eventually
from tests.worker.celery_fleet import running_fleet
from tests.worker.rabbitmq import RabbitMQ, why_absent
from tests.worker.support import SIGNING_KEY, Shop
from worker.events import EXCHANGE

pytestmark = [
    pytest.mark.rabbitmq,
    pytest.mark.skipif(why_absent() is not None, reason=why_absent() or ""),
]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[RabbitMQ]:
    node = RabbitMQ(tmp_path)
    node.start()
    yield node
    node.stop()


@pytest.fixture
def settings(fresh_database_url: str, own_valkey: Any, tmp_path: Path) -> Settings:
    valkey: EmbeddedValkey = own_valkey()
    return Settings(
        database_url=fresh_database_url,
        redis_url=valkey.url,
        artifact_signing_key=SIGNING_KEY,
        model_storage_path=str(tmp_path / "models"),
        worker_concurrency=2,
        lease_seconds=4,
        default_retraining_cron=OFF,
    )


class Subscriber:
    """A durable queue, bound as another service would bind one."""

    def __init__(self, url: str) -> None:
        self._url = url
        arguments = {"x-queue-type": "quorum"}
        self._queue = Queue(
            "forecasting", EXCHANGE, routing_key="training.#", queue_arguments=arguments
        )
        with Connection(url) as opened:
            self._queue.bind(opened.default_channel).declare()

    def received(self) -> list[dict[str, Any]]:
        """Each message, taken from the queue, with its id beside its body."""
        found = []
        with Connection(self._url) as opened:
            queue = self._queue.bind(opened.default_channel)
            while message := queue.get(no_ack=True):
                found.append(message.decode() | {"message_id": message.properties["message_id"]})
        return found


def events(shop: Shop) -> list[OutboxEvent]:
    with shop.sessions() as session:
        return list(session.scalars(select(OutboxEvent).order_by(OutboxEvent.id)))


def test_events_survive_a_broker_that_is_stopped_for_the_length_of_a_job(
    settings: Settings, shop: Shop, tmp_path: Path, node: RabbitMQ
) -> None:
    subscriber = Subscriber(node.url)
    node.stop()
    told_there = settings.model_copy(update={"rabbitmq_url": node.url})
    products = [shop.product(f"product {number}", days=120) for number in range(3)]
    too_young = [shop.product(f"young {number}", days=5) for number in range(3)]
    job_id = shop.job(*products, *too_young, algorithm="seasonal_naive", horizon_days=14)
    with running_fleet(told_there, shop, tmp_path) as fleet:
        fleet.wait_for(job_id, lambda job: job.status == "completed")
        fleet.wait_until(lambda: any(event.attempts for event in events(shop)))
        assert [event.published_at for event in events(shop)] == [None] * 4
        node.start()
        fleet.wait_until(lambda: all(event.published_at for event in events(shop)))

    received = subscriber.received()
    written = [str(event.event_id) for event in events(shop)]
    assert [message["event_id"] for message in received] == written
    assert [message["message_id"] for message in received] == written
    assert [message["event_type"] for message in received].count("training_failed") == 3
    assert received[-1]["event_type"] == "training_completed"


def test_trainings_run_by_priority_and_survive_a_lost_process_and_a_restart_of_the_node(
    settings: Settings, shop: Shop, tmp_path: Path, node: RabbitMQ
) -> None:
    on_rabbitmq = settings.model_copy(update={"broker_url": node.url, "max_concurrent_jobs": 1})
    products = [shop.product(f"product {number}", days=120) for number in range(6)]
    asked = {"algorithm": "seasonal_naive", "horizon_days": 14, "force": True}
    usual, urgent = (shop.job(*products, **asked) for _ in range(2))
    with shop.sessions.begin() as session:
        session.merge(shop.show_job(urgent)).priority = 9
    with running_fleet(on_rabbitmq, shop, tmp_path) as fleet:
        fleet.wait_for(urgent, lambda job: job.products_completed >= 2)
        child = next(name for name in fleet.programs if name.startswith("training"))
        fleet.children(child)[0].kill()
        fleet.wait_for(usual, lambda job: job.products_completed >= 2)
        node.stop()
        node.start()
        fleet.wait_for(usual, lambda job: job.status == "completed")

    first, second = shop.show_job(urgent), shop.show_job(usual)
    assert first.completed_at is not None
    assert second.started_at is not None
    assert first.completed_at <= second.started_at
    assert sorted(model.product_id for model in shop.models()) == sorted(products * 2)
    for job in (first, second):
        assert (job.status, job.products_completed, job.products_failed) == ("completed", 6, 0)
        told = shop.events(job.id)
        assert (told.count("task_completed"), told.count("job_completed")) == (6, 1)


def test_flower_lists_workers_and_finished_tasks_in_readable_form(
    settings: Settings,
    shop: Shop,
    tmp_path: Path,
    node: RabbitMQ,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = free_port()
    monkeypatch.setenv("FLOWER_PORT", str(port))
    monkeypatch.setenv("FLOWER_UNAUTHENTICATED_API", "true")
    on_rabbitmq = settings.model_copy(update={"broker_url": node.url})
    with (
        running_fleet(on_rabbitmq, shop, tmp_path, with_flower=True) as fleet,
        httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=PATIENCE_S) as flower,
    ):
        fleet.wait_until(lambda: known(flower) >= {"training-1", "housekeeping"})
        job_id = shop.job(shop.product("bread", days=120), algorithm="seasonal_naive")
        (task,) = eventually(lambda: known_to_succeed(flower))

    assert (task["args"], task["kwargs"]) == ("Bread", f"job {job_id}")
    assert task["worker"].startswith("training-1@")


def known_to_succeed(flower: httpx.Client) -> list[dict[str, Any]]:
    """The trainings that it has seen succeed; none while it does not answer."""
    try:
        return trained(flower)
    except httpx.HTTPError:
        return []


def known(flower: httpx.Client) -> set[str]:
    """The workers that it knows; none before it answers."""
    try:
        return workers(flower)
    except httpx.HTTPError:
        return set()
