"""The programs of docker-compose.yml, each in a process with its command and its variables.

What differs is only what a container would hide: addresses, directories, and the name of the host.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt

from core.embedded import free_port
from core.processes import spawn
from db.tables import DEFAULT_TENANT_ID
from tests.deploy.composition import FILLED_IN, ROOT, Service, services
from tests.fixtures.waiting import eventually

READY_S = 120.0
STOP_S = 90.0
LASTING = ("api", "predictions", "housekeeping", "events", "beat")


@dataclass
class Fleet:
    """What runs, by name; training workers are called `worker-1` and so on."""

    directory: Path
    addresses: Mapping[str, str]
    port: int = field(default_factory=free_port)
    programs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    composition: Mapping[str, Service] = field(default_factory=services)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> httpx.Client:
        """Speaks to the API as somebody who may do everything."""
        claims = {
            "sub": "baker",
            "tenant_id": str(DEFAULT_TENANT_ID),
            "scope": "read train deploy admin",
            "exp": datetime.now(UTC) + timedelta(hours=1),
        }
        token = jwt.encode(claims, FILLED_IN["JWT_SECRET"], algorithm="HS256")
        return httpx.Client(
            base_url=f"{self.url}/api/v1/training",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )

    def start(self, service: str, *further: str, name: str | None = None) -> None:
        """Start the program of a service as `python -m core.run` with the container's command."""
        command = [sys.executable, "-m", "core.run", *self._command(service), *further]
        self.programs[name or service] = spawn(
            command,
            log=self.log(name or service),
            environment=self._environment(service),
            directory=ROOT,
            death_signal=signal.SIGKILL,
        )

    def start_worker(self, number: int) -> None:
        """Start one more training worker; on one host each needs a name of its own."""
        self.start("worker", f"--hostname=worker-{number}@%h", name=f"worker-{number}")

    def stop(self, *names: str) -> dict[str, int]:
        """Tell programs to end, as `docker stop` does; their exit codes."""
        for name in names:
            self.programs[name].send_signal(signal.SIGTERM)
        return {name: self.programs.pop(name).wait(STOP_S) for name in names}

    def check_health(self, service: str) -> subprocess.CompletedProcess[str]:
        """Run the health check of a container."""
        _, *check = (self._placed(word) for word in self.composition[service].health_check)
        return subprocess.run(
            [sys.executable, *check],
            cwd=ROOT,
            env=self._environment(service),
            capture_output=True,
            text=True,
            check=False,
        )

    def log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def logs(self) -> str:
        return "\n".join(
            f"--- {name}\n{self.log(name).read_text(errors='replace')[-2000:]}"
            for name in self.programs
        )

    def _command(self, service: str) -> list[str]:
        return list(self.composition[service].definition["command"])

    def _environment(self, service: str) -> dict[str, str]:
        given = {
            name: self._placed(value)
            for name, value in self.composition[service].environment.items()
        }
        here = {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATA_DIR": str(self.directory / "data"),
            "MODEL_STORAGE_PATH": str(self.directory / "models"),
            "WORKER_CONCURRENCY": "1",
            "WORKER_GRACE_SECONDS": "1",
            "TMPDIR": str(self.directory),
        }
        return {**os.environ, **given, **here}

    def _placed(self, text: str) -> str:
        for name, address in {**self.addresses, "127.0.0.1:8004": f"127.0.0.1:{self.port}"}.items():
            text = text.replace(name, address)
        return text


@contextmanager
def running_fleet(directory: Path, addresses: Mapping[str, str], workers: int) -> Iterator[Fleet]:
    """Migrate, then start everything in the order in which Compose would."""
    fleet = Fleet(directory, addresses)
    try:
        fleet.start("migrate")
        assert fleet.programs["migrate"].wait(READY_S) == 0, fleet.logs()
        del fleet.programs["migrate"]
        for service in LASTING:
            fleet.start(service)
        for number in range(1, workers + 1):
            fleet.start_worker(number)
        eventually(lambda: fleet.check_health("api").returncode == 0, READY_S)
        yield fleet
    finally:
        for program in fleet.programs.values():
            program.kill()
            program.wait()


def answer(response: httpx.Response) -> Any:
    assert response.is_success, response.text
    return response.json()
