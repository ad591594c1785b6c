"""Real Celery workers and beat, as the launcher starts them, on a broker that loses things."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from redis import Redis

from core.children import service_plan
from core.embedded import EmbeddedValkey
from core.settings import Settings
from db.tables import TrainingJob
from tests.worker.rabbitmq import RabbitMQ, why_absent
from tests.worker.support import SIGNING_KEY, Shop

ROOT = Path(__file__).parents[2]
PROGRAMS = ("training", "housekeeping", "beat")
REACH_S = 150


@dataclass
class Fleet:
    """A worker of each kind and beat, each in a session of its own, and what they work on."""

    shop: Shop
    programs: dict[str, subprocess.Popen[bytes]]
    logs: Path

    def wait_until(self, is_reached: Callable[[], bool]) -> None:
        pause = threading.Event()
        for _ in range(REACH_S * 10):
            if is_reached():
                return
            pause.wait(0.1)
        tails = (f"{log.name}:\n{log.read_text()[-3000:]}" for log in self.logs.glob("*.log"))
        pytest.fail(f"not reached within {REACH_S} s\n" + "\n".join(tails))

    def wait_for(self, job_id: UUID, is_reached: Callable[[TrainingJob], bool]) -> None:
        self.wait_until(lambda: is_reached(self.shop.show_job(job_id)))

    def slots(self) -> list[psutil.Process]:
        return psutil.Process(self.programs["training"].pid).children()


@contextmanager
def running_fleet(settings: Settings, shop: Shop, logs: Path) -> Iterator[Fleet]:
    fleet = Fleet(shop, {}, logs)
    try:
        for child in service_plan(settings).then:
            if child.name in PROGRAMS:
                environment = {**os.environ, **settings.to_environment(), **child.environment}
                with (logs / f"{child.name}.log").open("wb") as log:
                    fleet.programs[child.name] = subprocess.Popen(
                        child.command,
                        cwd=ROOT,
                        env={**environment, "TMPDIR": str(logs)},
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,
                    )
        yield fleet
    finally:
        for program in fleet.programs.values():
            program.kill()  # its children end with it
            program.wait()


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
    fleet.slots()[0].kill()
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


def assert_done_once(shop: Shop, job_id: UUID, products: list[UUID]) -> None:
    job = shop.show_job(job_id)
    assert (job.products_completed, job.products_failed) == (len(products), 0)
    assert sorted(model.product_id for model in shop.models()) == sorted(products)
    events = shop.events(job_id)
    assert events.count("task_completed") == len(products)
    assert events.count("job_completed") == 1


def test_a_worker_that_is_shut_down_in_a_hurry_gives_its_task_back(fleet: Fleet) -> None:
    job_id = fleet.shop.job(fleet.shop.product("bread", days=900))
    (task_id,) = fleet.shop.task_ids(job_id)
    fleet.wait_until(lambda: fleet.shop.show_task(task_id).phase == "backtest")

    training = fleet.programs["training"]
    training.send_signal(signal.SIGTERM)
    training.send_signal(signal.SIGQUIT)
    training.wait(60)

    task = fleet.shop.show_task(task_id)
    assert task.status == "pending"
    assert task.max_attempts - task.attempt == 3
    assert list(fleet.logs.glob("model-studio-task-*")) == []
