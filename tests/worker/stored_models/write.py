"""Stores small models of every kind, and beside them what they predict: one folder for a release.

    python -m tests.worker.stored_models.write 0.1.0-20261122

It uses nothing but what any release has, so that a copy of it also runs in the checkout of one.
"""

import io
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pandas as pd
from sqlalchemy import insert

from core.artifacts import ArtifactStore
from core.bundles import load_manifest
from core.embedded import EmbeddedPostgres, EmbeddedValkey
from core.predictions import PredictionExchange, PredictionRequest
from core.settings import Settings
from db.migrate import upgrade
from db.tables import DEFAULT_TENANT_ID, Sale, TrainedModel
from tests.worker.support import FIRST_DAY, SIGNING_KEY, Shop
from worker.context import Context, create_context
from worker.drain import Drain
from worker.predictions.serving import PredictionServer
from worker.training import run_task

FOLDER = Path(__file__).parent
DAYS, HORIZON_DAYS, ROWS = 420, 7, 120
HOMES = 36
"""A forest remembers each row in each tree."""

SHELF = 6
"""So many products are learned from together where a method does so."""

ALGORITHMS = (
    "auto",
    "prophet",
    "prophet_covariates",
    "prophet_multiplicative",
    "gradient_boosting",
    "poisson",
    "seasonal_naive",
    "croston_tsb",
    "adida",
    "mstl",
    "ets",
    "theta",
    "arima",
)
TOGETHER = ("pooled", "shared_profile")
SLOW = ("croston_tsb", "adida")


def sales(number: int) -> list[dict[str, Any]]:
    """Of a product with a week, a year, prices and promotions; that of number 0 sells slowly."""
    draw = np.random.default_rng(number)
    day = np.arange(DAYS)
    promotion = (draw.random(DAYS) < 0.1).astype(float)
    price = np.where(promotion > 0, 2.0, 2.5)
    level = 20 + 4 * number if number else 0.2
    season = (1 + 0.3 * (day % 7 >= 5)) * (1 + 0.2 * np.sin(day / 58))
    quantity = draw.poisson(level * season * (1 + 0.5 * promotion))
    return [
        {
            "tenant_id": DEFAULT_TENANT_ID,
            "sold_at": FIRST_DAY + timedelta(days=int(one)),
            "quantity": float(quantity[one]),
            "price": float(price[one]),
            "promotion": float(promotion[one]),
        }
        for one in day
    ]


def tables() -> dict[str, tuple[pd.DataFrame, dict[str, Any]]]:
    """For each task rows to learn from, and what else is asked for."""
    draw = np.random.default_rng(1)
    area = draw.uniform(20, 150, HOMES)
    town = draw.choice(["north", "south", "west"], HOMES)
    homes = pd.DataFrame({"area": area, "town": town, "built": draw.integers(1950, 2020, HOMES)})
    rent = (9 * area + 80 * (town == "north") + draw.normal(0, 30, HOMES)).round(1)
    dates = pd.date_range("2026-01-01", periods=ROWS)
    visitors = 200 + 60 * (dates.day_of_week >= 5) + draw.normal(0, 8, ROWS)
    return {
        "regression": (homes.assign(rent=rent), {"target_variable": "rent"}),
        "classification": (
            homes.assign(size=np.where(area > 80, "large", "small")),
            {"target_variable": "size"},
        ),
        "clustering": (homes, {}),
        "time_series": (
            pd.DataFrame({"day": dates, "visitors": visitors.round()}),
            {"target_variable": "visitors", "horizon": HORIZON_DAYS},
        ),
    }


QUESTIONS: Mapping[str, dict[str, Any]] = {
    "forecast": {},
    "time_series": {"horizon": HORIZON_DAYS},
}
ASKED_ROWS = {
    "rows": [
        {"area": 50.0, "town": "north", "built": 1999},
        {"area": 120.0, "town": "south", "built": 1960},
        {"area": None, "town": "a place it has not met", "built": 2010},
    ]
}


@contextmanager
def running(directory: Path) -> Iterator[tuple[Context, PredictionExchange]]:
    """What trains and predicts, on servers of its own."""
    servers = EmbeddedPostgres(directory / "postgres", durable=False), EmbeddedValkey(directory)
    with ExitStack() as stack:
        for server in servers:
            server.start()
            stack.callback(server.stop)
        postgres, valkey = servers
        upgrade(postgres.url)
        settings = Settings(
            database_url=postgres.url,
            redis_url=valkey.url,
            artifact_signing_key=SIGNING_KEY,
            model_storage_path=str(directory / "models"),
        )
        exchange = PredictionExchange(valkey.url, timeout_s=60)
        stack.callback(exchange.close)
        drain = Drain(grace_s=0)
        yield create_context(settings, worker="writer", send=lambda _: None, drain=drain), exchange


def work_off(shop: Shop, context: Context) -> None:
    while handed_out := shop.hand_out():
        run_task(handed_out[0].task_id, context)


def product(shop: Shop, name: str, number: int) -> UUID:
    product_id = shop.product(name)
    with shop.sessions.begin() as session:
        rows = [{"product_id": product_id, **sale} for sale in sales(number)]
        session.execute(insert(Sale), rows)
    return product_id


def trained(shop: Shop, context: Context) -> Iterator[tuple[str, TrainedModel]]:
    """Models by the names of what was asked for."""
    shelf = [product(shop, f"product-{number}", number) for number in range(SHELF)]
    for algorithm in (*ALGORITHMS, *TOGETHER):
        is_shared = algorithm in TOGETHER
        asked = shelf if is_shared else [shelf[0 if algorithm in SLOW else 1]]
        options = {"algorithm": algorithm, "horizon_days": HORIZON_DAYS, "force": True}
        job_id = shop.job(*asked, shared=is_shared, **options)
        work_off(shop, context)
        yield f"forecast-{algorithm}", newest(shop, job_id, asked[-1])
    for ml_task, (frame, more) in tables().items():
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        digest = context.store.put(buffer.getvalue()).digest
        job_id = shop.upload(digest, ml_task=ml_task, time_budget_seconds=10, **more)
        work_off(shop, context)
        yield ml_task, newest(shop, job_id)


def newest(shop: Shop, job_id: UUID, product_id: UUID | None = None) -> TrainedModel:
    job = shop.show_job(job_id)
    found = [
        model
        for model in shop.models()
        if model.training_job_id == job_id and model.product_id == product_id
    ]
    if len(found) != 1:
        raise SystemExit(f"{job.request} ended as {job.status}: {job.error_message}")
    return found[0]


def questions_of(model: TrainedModel) -> list[dict[str, Any]]:
    """To the model, and to each other candidate that its bundle holds."""
    question = QUESTIONS.get(model.ml_task, ASKED_ROWS)
    board = model.details.get("leaderboard", [])
    held = [one["candidate"] for one in board if one.get("is_available")]
    return [question, *({**question, "candidate": candidate} for candidate in held)]


def answered(
    server: PredictionServer, exchange: PredictionExchange, model: TrainedModel, body: object
) -> dict[str, Any]:
    prediction_id = uuid4()
    request = PredictionRequest(
        tenant_id=str(DEFAULT_TENANT_ID),
        actor="writer",
        model_id=str(model.id),
        manifest_digest=model.manifest_digest,
        content_type="application/json",
        accept="application/json",
        body=json.dumps(body).encode(),
    )
    exchange.put(prediction_id, request)
    server.serve(prediction_id)
    answer = exchange.wait(prediction_id, 1)
    if answer is None or answer.outcome != "predicted":
        raise SystemExit(f"{model.public_id} does not answer: {answer}")
    told: dict[str, Any] = json.loads(answer.body)
    del told["model_id"]
    return told


def keep(model: TrainedModel, source: ArtifactStore, target: ArtifactStore) -> None:
    """Copy a bundle, and nothing else of its training."""
    manifest = load_manifest(source, model.manifest_digest, SIGNING_KEY)
    for digest in (model.manifest_digest, *(file.digest for file in manifest.files.values())):
        target.put(source.read(digest))


def row_of(model: TrainedModel) -> dict[str, Any]:
    """The columns that loading a model reads."""
    columns = ("ml_task", "algorithm", "frequency", "horizon_days", "manifest_digest")
    read = {"classes", "interval_level"} & model.details.keys()
    details = {name: model.details[name] for name in sorted(read)}
    return {name: getattr(model, name) for name in columns} | {"details": details}


def write(release: str) -> None:
    index: dict[str, Any] = {}
    folder = FOLDER / release
    folder.mkdir()
    with tempfile.TemporaryDirectory() as name, running(Path(name)) as (context, exchange):
        shop, server = Shop(context.sessions), PredictionServer(context, exchange)
        shop.slots(1)
        for what, model in trained(shop, context):
            keep(model, context.store, ArtifactStore(str(folder)))
            told = [
                {"asked": question, "told": answered(server, exchange, model, question)}
                for question in questions_of(model)
            ]
            index[what] = {"row": row_of(model), "answers": told}
    (folder / "index.json").write_text(json.dumps(index, indent=1) + "\n")


if __name__ == "__main__":
    write(sys.argv[1])
