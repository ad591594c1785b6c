"""What Flower tells over its API."""

from typing import Any

import httpx


def workers(flower: httpx.Client) -> set[str]:
    """The names before the @ of the workers that Flower knows."""
    answer = flower.get("/workers", params={"refresh": "true"})
    return {name.partition("@")[0] for name in answer.raise_for_status().json()}


def trained(flower: httpx.Client) -> list[dict[str, Any]]:
    """The product tasks that Flower has seen succeed."""
    wanted = {"taskname": "model_studio.train_product", "state": "SUCCESS"}
    return list(flower.get("/tasks", params=wanted).raise_for_status().json().values())
