"""The API in this process over WSGI, and served by gunicorn on a real socket."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core.embedded import EmbeddedPostgres, EmbeddedValkey
from core.progress import ProgressStream
from core.settings import Settings
from db.engine import Sessions, create_engine, create_sessions
from db.tables import DEFAULT_TENANT_ID, Product
from tests.api.ports import free_port
from tests.fixtures.application import application
from tests.fixtures.database import copied_database
from tests.fixtures.plain_http import plain_client
from tests.fixtures.waiting import eventually

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 120.0
SIGNING_KEY = "a key only for these tests"


@pytest.fixture
def sent() -> list[str]:
    """The names of the tasks that the API sent."""
    return []


@pytest.fixture
def app(
    tmp_path: Path, sessions: Sessions, valkey_url: str, key_prefix: str, sent: list[str]
) -> Iterator[Flask]:
    settings = Settings(
        data_dir=str(tmp_path), max_http_upload_mb=8, artifact_signing_key=SIGNING_KEY
    )
    with application(settings, sessions, valkey_url, key_prefix, sent) as app:
        yield app


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
    process: "subprocess.Popen[bytes]"
    sessions: Sessions
    stream: ProgressStream
    valkey: EmbeddedValkey
    data: Path

    @property
    def log(self) -> str:
        return (self.data / "api.log").read_text()

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
    tmp_path: Path, fresh_database_url: str, own_valkey: Callable[[], EmbeddedValkey]
) -> Iterator[Serve]:
    """Starts the API with some settings changed."""
    with ExitStack() as stack:
        yield lambda **variables: start_api(
            stack, tmp_path, fresh_database_url, own_valkey(), variables
        )


@pytest.fixture(scope="package")
def shared_served(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template_database: str
) -> Iterator[Served]:
    """An API for tests that leave nothing behind which another would notice."""
    directory = tmp_path_factory.mktemp("shared")
    limits = {
        "max_upload_mb": 1,
        "websocket_start_timeout": 2,
        "websocket_max_connections": 1000,
    }
    with served_apart(directory, postgres, template_database, limits) as served:
        yield served


@contextmanager
def served_apart(
    directory: Path,
    postgres: EmbeddedPostgres,
    template_database: str,
    variables: Mapping[str, object],
) -> Iterator[Served]:
    """An API with a database and a Valkey of its own."""
    with ExitStack() as stack:
        database_url = stack.enter_context(copied_database(postgres.url, template_database))
        valkey = EmbeddedValkey(directory / "valkey")
        valkey.start()
        stack.callback(valkey.stop)
        yield start_api(stack, directory, database_url, valkey, variables)


def start_api(
    stack: ExitStack,
    directory: Path,
    database_url: str,
    valkey: EmbeddedValkey,
    variables: Mapping[str, object],
) -> Served:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "PORT": str(port),
        "DATA_DIR": str(directory),
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey.url,
        "MODEL_STORAGE_PATH": str(directory / "models"),
    } | {name.upper(): str(value) for name, value in variables.items()}
    log = directory / "api.log"
    command = ["-m", "gunicorn", "--config", "python:api.gunicorn_conf", "api.wsgi:app"]
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        stderr=stack.enter_context(log.open("wb")),
    )
    stack.callback(_stop, process)
    stream = ProgressStream(valkey.url)
    stack.callback(stream.close)
    engine = create_engine(database_url, pool_size=5)
    stack.callback(engine.dispose)
    url = f"http://127.0.0.1:{port}"
    served = Served(url, process, create_sessions(engine), stream, valkey, directory)
    _wait_until_ready(served)
    return served


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_ready(served: Served) -> None:
    with plain_client() as http:
        eventually(
            lambda: served.process.poll() is not None or _is_ready(served, http), READY_WITHIN_S
        )
    if served.process.poll() is not None:
        pytest.fail(f"the API did not start: {served.log}")


def _is_ready(served: Served, http: httpx.Client) -> bool:
    try:
        return http.get(f"{served.url}/readyz").status_code == 200
    except httpx.TransportError:
        return False
