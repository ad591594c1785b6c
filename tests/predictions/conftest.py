"""An API and a prediction worker as the launcher starts them, with two trained models."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
from redis import Redis

from core.artifacts import ArtifactStore
from core.children import service_plan
from core.embedded import EmbeddedPostgres
from core.predictions import PredictionExchange
from core.processes import spawn
from core.settings import Settings
from db.tables import TrainedModel
from tests.fixtures.served import ROOT, Served, served_apart
from tests.fixtures.waiting import eventually
from tests.worker.support import SIGNING_KEY, Shop
from tests.worker.test_tables import REQUEST, parquet, train
from worker.context import Context
from worker.drain import Drain
from worker.training import run_task

STARTS_WITHIN_S = 120.0
TIMEOUT_S = 60
ANSWERS_WITHIN_S = TIMEOUT_S + 30


@dataclass(frozen=True)
class Predicting:
    """What runs, and what it can predict with."""

    served: Served
    settings: Settings
    forecast: TrainedModel
    table: TrainedModel
    context: Context
    worker: psutil.Process

    @contextmanager
    def paused_worker(self) -> Iterator[None]:
        """As if the worker and its children were busy for ever."""
        processes = [self.worker, *self.worker.children(recursive=True)]
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                process.resume()

    def requests(self) -> list[bytes]:
        """The requests that wait for a worker."""
        with Redis.from_url(self.served.valkey.url) as redis:
            return list(redis.scan_iter("*:prediction:*:request"))

    def post(self, model: str, **arguments: object) -> httpx.Response:
        url = f"{self.served.url}/api/v1/models/{model}/predict"
        return httpx.post(url, timeout=ANSWERS_WITHIN_S, **arguments)  # type: ignore[arg-type]  # any of httpx's


@pytest.fixture(scope="package")
def predicting(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template_database: str
) -> Iterator[Predicting]:
    directory = tmp_path_factory.mktemp("predicting")
    patience = {"prediction_timeout_seconds": TIMEOUT_S}
    with served_apart(directory, postgres, template_database, patience) as served:
        settings = Settings(
            database_url=served.database_url,
            redis_url=served.valkey.url,
            artifact_signing_key=SIGNING_KEY,
            model_storage_path=str(directory / "models"),
            prediction_timeout_seconds=TIMEOUT_S,
        )
        context = _context(settings, served)
        forecast, table = _models(context)
        with prediction_worker(settings, directory / "predictions.log") as process:
            worker = psutil.Process(process.pid)
            yield Predicting(served, settings, forecast, table, context, worker)


@contextmanager
def prediction_worker(settings: Settings, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """One that has announced itself; killed afterwards, and its children end with it."""
    child = next(one for one in service_plan(settings).then if one.name == "predictions")
    process = spawn(
        child.command,
        log=log,
        environment={**os.environ, **settings.to_environment(), **child.environment},
        directory=ROOT,
        death_signal=signal.SIGKILL,
    )
    try:
        _wait_for_announcement(settings, log)
        yield process
    finally:
        process.kill()
        process.wait()


def _wait_for_announcement(settings: Settings, log: Path) -> None:
    assert settings.redis_url is not None
    exchange = PredictionExchange(settings.redis_url, timeout_s=TIMEOUT_S)
    try:
        eventually(exchange.is_served, STARTS_WITHIN_S)
    except AssertionError:
        pytest.fail(log.read_text()[-3000:])
    finally:
        exchange.close()


def _context(settings: Settings, served: Served) -> Context:
    return Context(
        settings=settings,
        worker="test",
        sessions=served.sessions,
        store=ArtifactStore(settings.model_storage_path),
        stream=served.stream,
        signing_key=SIGNING_KEY,
        send=[].append,
        drain=Drain(grace_s=0),
    )


def _models(context: Context) -> tuple[TrainedModel, TrainedModel]:
    shop = Shop(context.sessions)
    shop.job(shop.product("bread", 120), algorithm="seasonal_naive", horizon_days=14)
    run_task(shop.next_task(), context)
    train(context, shop, parquet(), **REQUEST)
    forecast, table = sorted(shop.models(), key=lambda model: model.ml_task)
    return forecast, table
