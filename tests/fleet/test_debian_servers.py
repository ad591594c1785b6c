"""A shop is trained on Debian's PostgreSQL, Redis and RabbitMQ while workers come and go."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from kombu import Connection

from tests.deploy.composition import services
from tests.e2e.shop import sales_csv
from tests.fixtures.waiting import PATIENCE_S, eventually
from tests.fleet import listener
from tests.fleet.debian import DebianPostgres, DebianRedis, why_absent
from tests.fleet.fleet import READY_S, Fleet, answer, running_fleet
from tests.worker.rabbitmq import RabbitMQ

PRODUCTS = 24
JOB_S = 180.0

pytestmark = [
    pytest.mark.rabbitmq,
    pytest.mark.skipif(why_absent() is not None, reason=why_absent() or ""),
    pytest.mark.timeout(600),
]


@pytest.fixture
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="model-studio-fleet-") as name:
        yield Path(name)


@pytest.fixture
def addresses(directory: Path) -> Iterator[dict[str, str]]:
    """Of the running servers: what stands in docker-compose.yml, and what it is here."""
    containers = services()
    owner = containers["postgres"].environment
    postgres = DebianPostgres(directory, owner["POSTGRES_USER"], owner["POSTGRES_PASSWORD"])
    redis = DebianRedis(
        directory, containers["redis"].definition["command"], containers["redis"].environment
    )
    rabbitmq = RabbitMQ(directory)
    with ExitStack() as stack:
        for server in (postgres, redis, rabbitmq):
            stack.callback(server.stop)
            server.start()
        yield {
            "postgres:5432": postgres.address,
            "redis:6379": redis.address,
            "amqp://model_studio:m0@rabbitmq:5672//": rabbitmq.url,
        }


@pytest.fixture
def fleet(directory: Path, addresses: dict[str, str]) -> Iterator[Fleet]:
    with running_fleet(directory, addresses, workers=3) as running:
        yield running


@pytest.fixture
def events(addresses: dict[str, str]) -> Iterator[Connection]:
    """A connection of another system, whose queue is bound before the first training."""
    with Connection(addresses["amqp://model_studio:m0@rabbitmq:5672//"]) as connection:
        listener.bind(connection)
        yield connection


def test_a_shop_is_trained_while_workers_come_and_go(fleet: Fleet, events: Connection) -> None:
    with fleet.client() as api:
        eventually(lambda: slots(fleet) == 3, READY_S)
        assert_healthy(fleet)
        answer(
            api.post(
                "/sales",
                content=sales_csv(PRODUCTS, days=120),
                headers={"Content-Type": "text/csv"},
            )
        )
        wanted = {"algorithm": "seasonal_naive", "horizon_days": 14}
        job_id = answer(api.post("/start", json=wanted))["job_id"]

        reached(fleet, api, job_id, at_least=3)
        assert fleet.stop("worker-1", "worker-2") == {"worker-1": 0, "worker-2": 0}
        assert slots(fleet) == 1
        reached(fleet, api, job_id, at_least=8)
        fleet.start_worker(4)
        eventually(lambda: slots(fleet) == 2, READY_S)
        eventually(lambda: status(api, job_id)["status"] == "completed", JOB_S)

        job = status(api, job_id)
        assert (job["products_completed"], job["products_failed"]) == (PRODUCTS, 0)
        assert len(models(api)) == PRODUCTS
    assert [event["job_id"] for event in listener.arrived(events, at_least=1)] == [job_id]
    names = sorted(fleet.programs)
    assert fleet.stop(*names) == dict.fromkeys(names, 0)


def assert_healthy(fleet: Fleet) -> None:
    """By the checks of the containers."""
    asked = [name for name in fleet.programs if not name.startswith("worker-")]
    assert {"api", "predictions", "housekeeping", "events", "beat"} <= set(asked)
    for name in asked:
        eventually(lambda name=name: fleet.check_health(name).returncode == 0, READY_S)


def slots(fleet: Fleet) -> int:
    """The training slots that Prometheus would be told of."""
    figures = httpx.get(f"{fleet.url}/metrics", timeout=PATIENCE_S).raise_for_status().text
    (line,) = [line for line in figures.splitlines() if line.startswith("training_worker_slots ")]
    return int(float(line.split()[1]))


def status(api: httpx.Client, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = answer(api.get(f"/status/{job_id}"))
    return found


def models(api: httpx.Client) -> list[Any]:
    return list(answer(api.get("/models", params={"limit": 200}))["items"])


def reached(fleet: Fleet, api: httpx.Client, job_id: str, at_least: int) -> None:
    try:
        eventually(lambda: status(api, job_id)["products_completed"] >= at_least, JOB_S)
    except AssertionError:
        pytest.fail(fleet.logs())
