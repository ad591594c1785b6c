"""The API in this process over WSGI, and served by gunicorn on a real socket."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from api.app import create_app
from api.local_chores import LocalChores
from core.artifacts import ArtifactStore
from core.embedded import EmbeddedValkey
from core.progress import ProgressStream
from core.settings import Settings
from db.engine import Sessions
from db.tables import DEFAULT_TENANT_ID, Product
from tests.api.ports import free_port

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 30.0


@pytest.fixture
def sent() -> list[str]:
    """The names of the tasks that the API sent."""
    return []


@pytest.fixture
def app(
    tmp_path: Path, sessions: Sessions, valkey_url: str, key_prefix: str, sent: list[str]
) -> Iterator[Flask]:
    settings = Settings(data_dir=str(tmp_path), max_http_upload_mb=8)
    stream = ProgressStream(valkey_url, prefix=key_prefix)
    yield create_app(
        settings,
        sessions=sessions,
        chores=LocalChores(sessions, ArtifactStore(str(tmp_path / "models"))),
        stream=stream,
        send=sent.append,
    )
    stream.close()


@pytest.fixture
def http(app: Flask) -> Iterator[httpx.Client]:
    transport = httpx.WSGITransport(app, raise_app_exceptions=False)
    with httpx.Client(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.fixture
def bakery(session: Session) -> list[Product]:
    """Three products of the default tenant."""
    products = [
        Product(tenant_id=DEFAULT_TENANT_ID, sku=sku, name=sku.title(), category="Bread")
        for sku in ("baguette", "croissant", "rye")
    ]
    session.add_all(products)
    session.commit()
    return products


@dataclass(frozen=True)
class Served:
    """A gunicorn with the real configuration, on its own database and Valkey."""

    url: str
    pid: int
    sessions: Sessions
    stream: ProgressStream
    valkey: EmbeddedValkey
    log: Path

    @property
    def ws_url(self) -> str:
        return "ws" + self.url.removeprefix("http")

    def watch_url(self, job_id: UUID, after: int = 0) -> str:
        return f"{self.ws_url}/api/v1/training/ws/{job_id}?after={after}"

    @property
    def studio_url(self) -> str:
        return f"{self.ws_url}/api/model-studio/ws/train-from-parquet"


Serve = Callable[..., Served]


@pytest.fixture
def serve(
    tmp_path: Path,
    fresh_database_url: str,
    fresh_sessions: Sessions,
    own_valkey: Callable[[], EmbeddedValkey],
) -> Iterator[Serve]:
    """Starts the API with some settings changed."""
    with ExitStack() as stack:

        def start(**variables: object) -> Served:
            valkey = own_valkey()
            port = free_port()
            environment = {
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "OMP_NUM_THREADS": "1",
                "PORT": str(port),
                "DATA_DIR": str(tmp_path),
                "DATABASE_URL": fresh_database_url,
                "REDIS_URL": valkey.url,
                "MODEL_STORAGE_PATH": str(tmp_path / "models"),
            } | {name.upper(): str(value) for name, value in variables.items()}
            log = tmp_path / "api.log"
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "gunicorn",
                    "--config",
                    "python:api.gunicorn_conf",
                    "api.wsgi:app",
                ],
                cwd=ROOT,
                env=environment,
                stderr=stack.enter_context(log.open("wb")),
            )
            stack.callback(_stop, process)
            stream = ProgressStream(valkey.url)
            stack.callback(stream.close)
            served = Served(
                f"http://127.0.0.1:{port}", process.pid, fresh_sessions, stream, valkey, log
            )
            _wait_until_ready(served, process)
            return served

        yield start


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_ready(served: Served, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            if httpx.get(f"{served.url}/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"the API did not start: {served.log.read_text()}")
