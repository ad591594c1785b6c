"""Flower, as `model-studio up --flower` runs it, knows the workers and what they did, by name."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.embedded import free_port
from tests.e2e.service import Service, running_service
from tests.e2e.shop import sales_csv
from tests.worker.rabbitmq import RabbitMQ, why_absent

REACH_S = 120
UP = (sys.executable, "-m", "client.cli", "up", "--flower")

on_rabbitmq = pytest.param(
    "rabbitmq",
    marks=[
        pytest.mark.rabbitmq,
        pytest.mark.skipif(why_absent() is not None, reason=why_absent() or ""),
    ],
)


@contextmanager
def broker(kind: str, directory: Path) -> Iterator[dict[str, str]]:
    """The variables that name the broker: the embedded Valkey needs none."""
    if kind == "embedded":
        yield {}
        return
    with ExitStack() as stack:
        node = RabbitMQ(directory)
        stack.callback(node.stop)
        node.start()
        yield {"BROKER_URL": node.url}


@pytest.mark.parametrize("kind", ["embedded", on_rabbitmq])
def test_flower_lists_workers_and_finished_tasks_in_readable_form(kind: str) -> None:
    port = free_port()
    flower = {"FLOWER_PORT": str(port), "FLOWER_UNAUTHENTICATED_API": "true"}
    with (
        tempfile.TemporaryDirectory(prefix="model-studio-e2e-") as name,
        broker(kind, Path(name)) as variables,
        running_service(Path(name) / "data", UP, **flower, **variables) as service,
    ):
        asked = httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=30)
        with asked:
            service.wait_until(lambda: workers(asked) >= {"training", "housekeeping"}, REACH_S)
            job_id = train(service)
            service.wait_until(lambda: len(trained(asked)) == 2, REACH_S)

            assert {task["args"] for task in trained(asked)} == {"Product 0", "Product 1"}
            assert {task["kwargs"] for task in trained(asked)} == {f"job {job_id}"}
            assert {task["worker"].partition("@")[0] for task in trained(asked)} == {"training"}


def train(service: Service) -> str:
    service.post("sales", content=sales_csv(2, days=120), headers={"Content-Type": "text/csv"})
    started = service.post("start", json={"algorithm": "seasonal_naive", "horizon_days": 14})
    return str(started["job_id"])


def workers(flower: httpx.Client) -> set[str]:
    """The names before the @ of the workers that Flower knows."""
    answer = flower.get("/workers", params={"refresh": "true"})
    return {name.partition("@")[0] for name in answer.raise_for_status().json()}


def trained(flower: httpx.Client) -> list[dict[str, Any]]:
    """The product tasks that Flower has seen succeed."""
    wanted = {"taskname": "model_studio.train_product", "state": "SUCCESS"}
    return list(flower.get("/tasks", params=wanted).raise_for_status().json().values())
