"""Flower, as `model-studio up --flower` runs it, knows the workers and what they did, by name."""

from typing import Any

import httpx

from tests.e2e.flower import trained, workers
from tests.e2e.service import Service
from tests.e2e.shop import sales_csv
from tests.fixtures.waiting import PATIENCE_S

REACH_S = 120


def test_flower_lists_workers_and_finished_tasks_in_readable_form(
    troubled: Service, flower_port: int
) -> None:
    def of_the_job() -> list[dict[str, Any]]:
        return [task for task in trained(flower) if job_id in task["kwargs"]]

    with httpx.Client(base_url=f"http://127.0.0.1:{flower_port}/api", timeout=PATIENCE_S) as flower:
        troubled.wait_until(lambda: workers(flower) >= {"training", "housekeeping"}, REACH_S)
        job_id = train(troubled)
        troubled.wait_until(lambda: len(of_the_job()) == 2, REACH_S)

        assert {task["args"] for task in of_the_job()} == {"Product 0", "Product 1"}
        assert {task["kwargs"] for task in of_the_job()} == {f"job {job_id}"}
        assert {task["worker"].partition("@")[0] for task in of_the_job()} == {"training"}


def train(service: Service) -> str:
    service.post("sales", content=sales_csv(2, days=120), headers={"Content-Type": "text/csv"})
    wanted = {"products": ["sku-00", "sku-01"], "algorithm": "seasonal_naive", "horizon_days": 14}
    return str(service.post("start", json=wanted)["job_id"])
