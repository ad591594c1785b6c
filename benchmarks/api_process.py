"""One API process without workers: its own PostgreSQL and Valkey, a free port, gone afterwards."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.service import await_readiness
from core.embedded import EmbeddedPostgres, EmbeddedValkey, free_port
from core.progress import ProgressStream
from db.engine import Sessions, create_engine, create_sessions
from db.migrate import upgrade

STOP_TIMEOUT_S = 60
SERVE = ("gunicorn", "--config", "python:api.gunicorn_conf", "api.wsgi:app")


@dataclass(frozen=True)
class ApiProcess:
    """A running server with one worker process, and what stands behind it."""

    url: str
    worker: psutil.Process
    sessions: Sessions
    stream: ProgressStream
    directory: Path


@contextmanager
def running_api(*, command: Sequence[str] = SERVE, **environment: str) -> Iterator[ApiProcess]:
    """The API as it is always served, or another WSGI server by its command."""
    with ExitStack() as stack:
        directory = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="model-studio-benchmark-"))
        )
        postgres, valkey = EmbeddedPostgres(directory / "pg"), EmbeddedValkey(directory / "valkey")
        for server in (postgres, valkey):
            server.start()
            stack.callback(server.stop)
        upgrade(postgres.url)
        port = free_port()
        variables = {
            **os.environ,
            "DATA_DIR": str(directory),
            "PORT": str(port),
            "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}",
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "MODEL_STORAGE_PATH": str(directory / "models"),
            **environment,
        }
        log = stack.enter_context((directory / "api.log").open("wb"))
        process = subprocess.Popen(
            [sys.executable, "-m", *command], env=variables, stdout=log, stderr=log
        )
        stack.callback(process.wait, STOP_TIMEOUT_S)
        stack.callback(process.terminate)
        url = f"http://127.0.0.1:{port}"
        await_readiness(url, process)
        (worker,) = psutil.Process(process.pid).children()
        engine = create_engine(postgres.url)
        stack.callback(engine.dispose)
        stream = ProgressStream(valkey.url)
        stack.callback(stream.close)
        yield ApiProcess(url, worker, create_sessions(engine), stream, directory)
