"""Trainings that tests of the page need behind them."""

from dataclasses import dataclass
from typing import Any

from tests.e2e.service import Service

ENDED = {"completed", "failed", "cancelled"}
PATIENCE_S = 240


@dataclass(frozen=True)
class Versions:
    """Of one product: the model in use, and the newest one, which the gate refused."""

    product_id: str
    used: str
    refused: str


def train(service: Service, **request: Any) -> str:
    """Start a training and wait for its end; its id."""
    job_id = str(service.post("start", json=request)["job_id"])
    service.wait_until(lambda: service.get(f"status/{job_id}")["status"] in ENDED, PATIENCE_S)
    return job_id


def train_versions(service: Service) -> Versions:
    """Train the product with the longest history by a good method and then by a poor one."""
    products = list(service.pages("products"))
    product_id = str(min(products, key=lambda product: product["first_sale"])["id"])
    models = [
        _newest(service, train(service, products=[product_id], algorithm=algorithm, force=True))
        for algorithm in ("drift", "seasonal_mean", "drift")
    ]
    return Versions(product_id, models[1], models[2])


def _newest(service: Service, job_id: str) -> str:
    return str(service.get(f"status/{job_id}")["products"][0]["model_id"])
