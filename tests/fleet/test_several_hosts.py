"""Programs of several hosts share a database, brokers and an object store, and nothing else."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kombu import Connection
from sqlalchemy import select

from core.artifacts import ArtifactStore
from core.embedded import EmbeddedValkey
from core.settings import Settings
from db.jobs import workers
from db.tables import ModelArtifact
from tests.fixtures.s3 import s3_server, use_bucket
from tests.fleet import listener
from tests.worker.celery_fleet import Fleet, running_fleet
from tests.worker.rabbitmq import RabbitMQ, why_absent
from tests.worker.support import SIGNING_KEY, Shop

PRODUCTS = 16

pytestmark = [
    pytest.mark.rabbitmq,
    pytest.mark.skipif(why_absent() is not None, reason=why_absent() or ""),
]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, key_prefix: str) -> Iterator[str]:
    with s3_server() as endpoint:
        yield use_bucket(monkeypatch, endpoint, key_prefix)


@pytest.fixture
def rabbitmq(tmp_path: Path) -> Iterator[RabbitMQ]:
    node = RabbitMQ(tmp_path)
    try:
        node.start()
        yield node
    finally:
        node.stop()


@pytest.fixture
def settings(
    fresh_database_url: str,
    own_valkey: Callable[[], EmbeddedValkey],
    bucket: str,
    rabbitmq: RabbitMQ,
) -> Settings:
    return Settings(
        database_url=fresh_database_url,
        redis_url=own_valkey().url,
        rabbitmq_url=rabbitmq.url,
        artifact_signing_key=SIGNING_KEY,
        model_storage_path=bucket,
        worker_concurrency=1,
        lease_seconds=4,
    )


@pytest.fixture
def fleet(settings: Settings, shop: Shop, tmp_path: Path) -> Iterator[Fleet]:
    with running_fleet(settings, shop, tmp_path, training_workers=2, keepers=2) as running:
        yield running


def test_two_of_everything_do_each_thing_once_and_one_of_two_hosts_is_enough(
    settings: Settings, fleet: Fleet, rabbitmq: RabbitMQ
) -> None:
    with Connection(rabbitmq.url) as connection:
        listener.bind(connection)
        fleet.wait_until(lambda: slots(fleet.shop) == 2)
        products = [fleet.shop.product(f"product {number}", days=120) for number in range(PRODUCTS)]
        jobs = [
            fleet.shop.job(*half, algorithm="seasonal_naive", horizon_days=14)
            for half in (products[:8], products[8:])
        ]
        fleet.wait_for(jobs[0], lambda job: job.products_completed >= 3)
        for name in ("training-1", "housekeeping", "beat"):
            fleet.programs[name].kill()  # as when their host loses power
        for job_id in jobs:
            fleet.wait_for(job_id, lambda job: job.status == "completed")
        told = Counter(event["job_id"] for event in listener.arrived(connection, at_least=2))

    assert told == {str(job_id): 1 for job_id in jobs}
    assert_stored(fleet.shop, ArtifactStore(settings.model_storage_path))
    assert sorted(model.product_id for model in fleet.shop.models()) == sorted(products)
    for job_id in jobs:
        events = fleet.shop.events(job_id)
        assert (events.count("task_completed"), events.count("job_completed")) == (PRODUCTS // 2, 1)


def assert_stored(shop: Shop, store: ArtifactStore) -> None:
    """What any host has written, every host can read."""
    with shop.sessions() as session:
        digests = list(session.scalars(select(ModelArtifact.checksum)))
    assert len(digests) >= PRODUCTS
    assert [digest for digest in digests if not store.read(digest)] == []


def slots(shop: Shop) -> int:
    with shop.sessions() as session:
        return workers.live_slots(session)
