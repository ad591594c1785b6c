"""Trainings that tests of the page need behind them."""

from dataclasses import dataclass
from typing import Any

from tests.browser.shop import OF_THE_WEEK
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
    """Train a product by a good method, which is put in use whatever was before, and then by one
    that is poor for it.
    """
    product_id = str(service.get(f"products/{OF_THE_WEEK}")["id"])
    used = _newest(service, _train_one(service, product_id, "seasonal_mean"))
    if not service.get(f"models/{used}")["is_deployed"]:
        service.post(f"models/{used}/deploy")
    refused = _newest(service, _train_one(service, product_id, "drift"))
    return Versions(product_id, used, refused)


def _train_one(service: Service, product_id: str, algorithm: str) -> str:
    return train(service, products=[product_id], algorithm=algorithm, force=True)


def _newest(service: Service, job_id: str) -> str:
    return str(service.get(f"status/{job_id}")["products"][0]["model_id"])
