"""Real Celery workers and beat, as the launcher starts them, on a broker that loses things."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from core.embedded import EmbeddedValkey
from core.settings import Settings
from tests.worker.celery_fleet import Fleet, assert_done_once, running_fleet
from tests.worker.rabbitmq import RabbitMQ, why_absent
from tests.worker.support import SIGNING_KEY, Shop


@pytest.fixture
def valkey(own_valkey: Callable[[], EmbeddedValkey]) -> EmbeddedValkey:
    return own_valkey()


@pytest.fixture
def settings(fresh_database_url: str, valkey: EmbeddedValkey, tmp_path: Path) -> Settings:
    return Settings(
        database_url=fresh_database_url,
        redis_url=valkey.url,
        artifact_signing_key=SIGNING_KEY,
        model_storage_path=str(tmp_path / "models"),
        worker_concurrency=2,
        lease_seconds=4,
    )


@pytest.fixture
def fleet(settings: Settings, shop: Shop, tmp_path: Path) -> Iterator[Fleet]:
    with running_fleet(settings, shop, tmp_path) as running:
        yield running


def flush(valkey: EmbeddedValkey) -> None:
    with Redis.from_url(valkey.url) as redis:
        redis.flushall()


def restart(valkey: EmbeddedValkey) -> None:
    assert valkey.process is not None
    valkey.process.kill()
    valkey.process.wait()
    valkey.start()


def test_a_job_survives_lost_messages_a_restarted_broker_and_a_killed_child(
    fleet: Fleet, valkey: EmbeddedValkey
) -> None:
    products = [fleet.shop.product(f"product {number}", days=120) for number in range(16)]
    job_id = fleet.shop.job(*products, algorithm="seasonal_naive", horizon_days=14)

    fleet.wait_for(job_id, lambda job: job.products_completed >= 2)
    flush(valkey)
    fleet.wait_for(job_id, lambda job: job.products_completed >= 5)
    fleet.children("training-1")[0].kill()
    fleet.wait_for(job_id, lambda job: job.products_completed >= 8)
    restart(valkey)
    fleet.wait_for(job_id, lambda job: job.status == "completed")

    assert_done_once(fleet.shop, job_id, products)


@pytest.mark.rabbitmq
@pytest.mark.skipif(why_absent() is not None, reason=why_absent() or "")
def test_the_same_on_rabbitmq_whose_node_restarts(
    settings: Settings, shop: Shop, tmp_path: Path
) -> None:
    node = RabbitMQ(tmp_path)
    node.start()
    on_rabbitmq = settings.model_copy(update={"broker_url": node.url})
    try:
        with running_fleet(on_rabbitmq, shop, tmp_path) as fleet:
            products = [shop.product(f"product {number}", days=120) for number in range(10)]
            job_id = shop.job(*products, algorithm="seasonal_naive", horizon_days=14)
            fleet.wait_for(job_id, lambda job: job.products_completed >= 4)
            node.stop()
            node.start()
            fleet.wait_for(job_id, lambda job: job.status == "completed")
    finally:
        node.stop()

    assert_done_once(shop, job_id, products)


def test_a_worker_that_is_shut_down_in_a_hurry_gives_its_task_back(fleet: Fleet) -> None:
    bread = fleet.shop.product("bread", days=6_000)
    job_id = fleet.shop.job(bread, budget="best", engine="stan")  # takes its time
    (task_id,) = fleet.shop.task_ids(job_id)
    fleet.wait_until(lambda: fleet.shop.show_task(task_id).phase == "backtest")

    training = fleet.programs["training-1"]
    training.send_signal(signal.SIGTERM)
    training.send_signal(signal.SIGQUIT)
    training.wait(60)

    task = fleet.shop.show_task(task_id)
    assert task.status == "pending"
    assert task.max_attempts - task.attempt == 3
    assert list(fleet.logs.glob("model-studio-task-*")) == []
