"""Trainings that tests of the page need behind them."""

from typing import Any

from tests.e2e.service import Service

ENDED = {"completed", "failed", "cancelled"}


def train(service: Service, **request: Any) -> str:
    """Start a training and wait for its end; its id."""
    job_id = str(service.post("start", json=request)["job_id"])
    service.wait_until(lambda: service.get(f"status/{job_id}")["status"] in ENDED, 120)
    return job_id


def train_versions(service: Service) -> tuple[str, str, str]:
    """Train a product with a poor, a better and again the poor method: the product's id, its model
    in use, and the newest one, which the gate refuses.
    """
    train(service, algorithm="seasonal_naive", force=True)
    train(service, algorithm="seasonal_mean", force=True)
    train(service, algorithm="seasonal_naive", force=True)
    for page in service.pages("models", deployed="false"):
        for model in page:
            detail = service.get(f"models/{model['model_id']}")
            if detail["gate"] and detail["gate"]["kind"] == "refused":
                used = next(one for one in detail["versions"] if one["is_deployed"])
                return str(model["product_id"]), used["model_id"], model["model_id"]
    raise AssertionError("the gate refused no model")
