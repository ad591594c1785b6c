"""One launcher with everything it starts: what tests ask it, and what they do to it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from redis import Redis

from core.embedded import free_port
from core.processes import spawn
from tests.fixtures.plain_http import plain_client

ROOT = Path(__file__).parents[2]
START_S = 180
STOP_S = 120
LAUNCHER = (sys.executable, "-m", "core.launcher")


@dataclass(frozen=True)
class Service:
    url: str
    data_directory: Path
    launcher: psutil.Process
    http: httpx.Client

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(f"{self.url}/api/v1/training/{path}", params=query)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, **arguments: Any) -> Any:
        answer = self.http.post(f"{self.url}/api/v1/training/{path}", **arguments)
        assert answer.is_success, answer.text
        return answer.json()

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        page = self.get(path, limit=200, **query)
        yield from page["items"]
        while page["next_cursor"]:
            page = self.get(path, limit=200, cursor=page["next_cursor"], **query)
            yield from page["items"]

    def child(self, name: str) -> psutil.Process:
        """The process that the launcher runs under this name now."""
        status = json.loads((self.data_directory / "launcher.json").read_text())
        return psutil.Process(status["children"][name])

    def is_replaced(self, name: str, killed: psutil.Process) -> bool:
        try:
            return self.child(name).pid != killed.pid
        except (OSError, ValueError, KeyError, psutil.Error):
            return False

    def flush_broker(self) -> None:
        with Redis.from_url(self.child("housekeeping").environ()["REDIS_URL"]) as redis:
            redis.flushall()

    def wait_until(self, is_reached: Callable[[], bool], timeout_s: float) -> None:
        """Ask until it is so; a service that does not answer for a moment is asked again."""
        pause = threading.Event()
        for _ in range(int(timeout_s / 0.1)):
            try:
                if is_reached():
                    return
            except httpx.HTTPError:
                pass
            pause.wait(0.1)
        pytest.fail(f"not reached within {timeout_s} s\n{self.logs()}")

    def logs(self) -> str:
        files = sorted((self.data_directory / "logs").glob("*.log"))
        return "\n".join(
            f"--- {file.name}\n{file.read_text(errors='replace')[-2000:]}" for file in files
        )


@contextmanager
def running_service(
    data_directory: Path, command: Sequence[str] = LAUNCHER, **variables: str
) -> Iterator[Service]:
    """A service on a free port that is ready; it is stopped afterwards, and leaves nothing."""
    port = free_port()
    environment = {
        **os.environ,
        "DATA_DIR": str(data_directory),
        "PORT": str(port),
        "WORKER_CONCURRENCY": "2",
        "TABLE_TIME_BUDGET_SECONDS": "2",
        **variables,
    }
    output = data_directory.parent / f"{data_directory.name}-launcher.out"
    process = spawn(command, log=output, environment=environment, directory=ROOT)
    launcher = psutil.Process(process.pid)
    try:
        _wait_until_ready(process, output)
        with plain_client() as http:
            yield Service(f"http://127.0.0.1:{port}", data_directory, launcher, http)
        everything = launcher.children(recursive=True)
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        finally:
            process.kill()
    assert process.returncode == 0, output.read_text()
    assert psutil.wait_procs(everything, timeout=STOP_S)[1] == []


def _wait_until_ready(process: subprocess.Popen[bytes], output: Path) -> None:
    pause = threading.Event()
    for _ in range(START_S * 10):
        if "is ready at" in output.read_text():
            return
        assert process.poll() is None, output.read_text()
        pause.wait(0.1)
    pytest.fail(f"not ready within {START_S} s\n{output.read_text()}")
