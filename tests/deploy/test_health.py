"""The commands behind the health checks, on servers that answer and on those that do not."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from core.embedded import free_port
from core.settings import Settings
from tests.deploy.composition import ROOT, services
from tests.worker.celery_fleet import Fleet, running_fleet
from tests.worker.support import SIGNING_KEY, Shop


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/well" else 503)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name there
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def run(*module_and_arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *module_and_arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_address_that_answers_is_healthy(address: str) -> None:
    assert run("core.health", f"{address}/well").returncode == 0


def test_an_address_that_refuses_or_is_away_is_not(address: str) -> None:
    refused = run("core.health", f"{address}/unwell")
    assert (refused.returncode, "503" in refused.stderr) == (1, True)
    away = run("core.health", f"http://127.0.0.1:{free_port()}/")
    assert (away.returncode, "does not answer" in away.stderr) == (1, True)


@pytest.fixture
def fleet(
    fresh_database_url: str, valkey_url: str, shop: Shop, tmp_path: Path
) -> Iterator[tuple[Fleet, dict[str, str]]]:
    settings = Settings(
        database_url=fresh_database_url,
        redis_url=valkey_url,
        broker_url=valkey_url,
        artifact_signing_key=SIGNING_KEY,
        model_storage_path=str(tmp_path / "models"),
        worker_concurrency=1,
    )
    environment = {**settings.to_environment(), "TMPDIR": str(tmp_path)}
    with running_fleet(settings, shop, tmp_path, training_workers=0) as running:
        yield running, environment


def check(name: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The health check of a container, as its composition gives it."""
    _, _, *module_and_arguments = services()[name].health_check
    return run(*module_and_arguments, **environment)


def test_celery_programs_are_healthy_while_they_work(
    fleet: tuple[Fleet, dict[str, str]],
) -> None:
    running, environment = fleet
    for name in ("housekeeping", "beat"):
        running.wait_until(lambda name=name: check(name, environment).returncode == 0)

    running.programs["housekeeping"].kill()
    running.programs["housekeeping"].wait()
    silent = check("housekeeping", environment)
    assert (silent.returncode, "does not answer" in silent.stderr) == (1, True)


def test_what_was_never_there_is_not_healthy(valkey_url: str, tmp_path: Path) -> None:
    environment = {"TMPDIR": str(tmp_path), "REDIS_URL": valkey_url}
    beat = check("beat", environment)
    assert (beat.returncode, beat.stderr) == (1, "beat has shown no sign of life yet\n")
    away = check("worker", environment | {"BROKER_URL": f"redis://127.0.0.1:{free_port()}/0"})
    assert (away.returncode, "broker does not answer" in away.stderr) == (1, True)


def test_beat_that_has_been_silent_for_long_is_not_healthy(tmp_path: Path) -> None:
    last_sign = tmp_path / "model-studio-beat"
    last_sign.touch()
    os.utime(last_sign, (0, 0))
    silent = check("beat", {"TMPDIR": str(tmp_path)})
    assert (silent.returncode, "no sign of life for" in silent.stderr) == (1, True)
