"""A whole service of its own for a benchmark: temporary data, a free port, gone afterwards."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import psutil

from client import Client
from core.embedded import free_port

START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 60
QUIET_FOR_S, QUIET_SHARE = 3.0, 0.15


@contextmanager
def running_service(*, concurrency: int | None = None, **environment: str) -> Iterator[Client]:
    """A client of a service with `concurrency` training slots, or as many as by default."""
    with tempfile.TemporaryDirectory(prefix="model-studio-benchmark-") as directory:
        variables = {
            **os.environ,
            "DATA_DIR": directory,
            "PORT": str(free_port()),
            **({} if concurrency is None else {"WORKER_CONCURRENCY": str(concurrency)}),
            **environment,
        }
        launcher = subprocess.Popen(
            [sys.executable, "-m", "core.launcher"],
            env=variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{variables['PORT']}"
            await_readiness(url, launcher)
            await_quiet()
            with Client(url) as client:
                yield client
        finally:
            launcher.send_signal(signal.SIGTERM)
            launcher.wait(STOP_TIMEOUT_S)


def cpu_seconds_of_children() -> float:
    """CPU time that all processes below this one have used, those that have ended included."""
    total = 0.0
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            used = child.cpu_times()
            total += used.user + used.system + used.children_user + used.children_system
    return total


def await_quiet() -> None:
    """Return when the programs that start after readiness have loaded what they need."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        before = cpu_seconds_of_children()
        time.sleep(QUIET_FOR_S)
        if cpu_seconds_of_children() - before < QUIET_SHARE * QUIET_FOR_S:
            return


def await_readiness(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return when the service answers; raises when its process ends or takes too long."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with code {process.returncode}")
        try:
            if httpx.get(f"{url}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(f"the service was not ready within {START_TIMEOUT_S} s")
