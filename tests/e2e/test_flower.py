"""Flower, as `model-studio up --flower` runs it, knows the workers and what they did, by name."""

import sys
import tempfile
from pathlib import Path

import httpx

from core.embedded import free_port
from tests.e2e.flower import trained, workers
from tests.e2e.service import Service, running_service
from tests.e2e.shop import sales_csv
from tests.fixtures.waiting import PATIENCE_S

REACH_S = 120
UP = (sys.executable, "-m", "client.cli", "up", "--flower")


def test_flower_lists_workers_and_finished_tasks_in_readable_form() -> None:
    port = free_port()
    variables = {"FLOWER_PORT": str(port), "FLOWER_UNAUTHENTICATED_API": "true"}
    with (
        tempfile.TemporaryDirectory(prefix="model-studio-e2e-") as name,
        running_service(Path(name) / "data", UP, **variables) as service,
        httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=PATIENCE_S) as flower,
    ):
        service.wait_until(lambda: workers(flower) >= {"training", "housekeeping"}, REACH_S)
        job_id = train(service)
        service.wait_until(lambda: len(trained(flower)) == 2, REACH_S)

        assert {task["args"] for task in trained(flower)} == {"Product 0", "Product 1"}
        assert {task["kwargs"] for task in trained(flower)} == {f"job {job_id}"}
        assert {task["worker"].partition("@")[0] for task in trained(flower)} == {"training"}


def train(service: Service) -> str:
    service.post("sales", content=sales_csv(2, days=120), headers={"Content-Type": "text/csv"})
    started = service.post("start", json={"algorithm": "seasonal_naive", "horizon_days": 14})
    return str(started["job_id"])
