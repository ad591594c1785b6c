"""Processes are killed, the broker among them, and it is emptied; a running job does not mind."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.service import Service, running_service
from tests.e2e.shop import sales_csv
from tests.e2e.watcher import Watcher

PRODUCTS = 50
STEP_S = 240


@pytest.fixture
def fragile_service() -> Iterator[Service]:
    """A service for one test, whose leases are short so that the test is."""
    with (
        tempfile.TemporaryDirectory(prefix="model-studio-e2e-") as directory,
        running_service(Path(directory) / "data", LEASE_SECONDS="5") as service,
    ):
        yield service


def kill_training_child(service: Service) -> None:
    service.child("training").children()[0].kill()


def kill(name: str, service: Service) -> None:
    killed = service.child(name)
    killed.kill()
    service.wait_until(lambda: service.is_replaced(name, killed), STEP_S)


@pytest.mark.timeout(900)
def test_a_job_survives_every_kill_and_an_emptied_broker(fragile_service: Service) -> None:
    service = fragile_service
    service.post(
        "sales", content=sales_csv(PRODUCTS, days=120), headers={"Content-Type": "text/csv"}
    )
    job_id = service.post("start", json={"algorithm": "seasonal_naive", "horizon_days": 14})[
        "job_id"
    ]
    watcher = Watcher(service.url, job_id)
    watcher.start()

    blows = (
        kill_training_child,
        lambda service: kill("training", service),
        lambda service: kill("api", service),
        lambda service: kill("housekeeping", service),
        lambda service: kill("beat", service),
        Service.flush_broker,
        lambda service: kill("valkey", service),
    )
    for number, blow in enumerate(blows):
        wait_for_products(service, job_id, at_least=3 + 6 * number)
        blow(service)
    service.wait_until(lambda: status(service, job_id)["status"] == "completed", STEP_S)
    watcher.join(60)

    assert_counted_exactly(service, job_id)
    assert_one_model_per_product(service)
    assert_nothing_missed(watcher, status(service, job_id)["progress_seq"])


def status(service: Service, job_id: str) -> dict[str, object]:
    job: dict[str, object] = service.get(f"status/{job_id}")
    return job


def wait_for_products(service: Service, job_id: str, at_least: int) -> None:
    def is_reached() -> bool:
        completed = status(service, job_id)["products_completed"]
        return isinstance(completed, int) and completed >= at_least

    service.wait_until(is_reached, STEP_S)


def assert_counted_exactly(service: Service, job_id: str) -> None:
    job = status(service, job_id)
    counters = ("products_total", "products_completed", "products_failed", "products_cancelled")
    assert [job[name] for name in counters] == [PRODUCTS, PRODUCTS, 0, 0]
    products = job["products"]
    assert isinstance(products, list)
    assert Counter(product["status"] for product in products) == {"completed": PRODUCTS}


def assert_one_model_per_product(service: Service) -> None:
    models = Counter(model["product_id"] for model in service.pages("models"))
    assert len(models) == PRODUCTS
    assert set(models.values()) == {1}


def assert_nothing_missed(watcher: Watcher, last: object) -> None:
    assert watcher.numbers == list(range(1, len(watcher.numbers) + 1))
    assert watcher.numbers[-1] == last
    assert watcher.messages[-1]["type"] == "training_completed"
    assert watcher.connections >= 2, "the API was killed, so the watcher had to come back"
