"""The services of this machine: found by what their launcher wrote down, or started."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from types import FrameType
from typing import BinaryIO

from client.connection import Connection
from client.errors import ServiceFailedError, ServiceStartError, ServiceUnreachableError

DEFAULT_PORT = 8004
_START_WITHIN_S = 120.0
_STOP_WITHIN_S = 60.0
_POLL_S = 0.1
_NEEDED = ("alembic", "celery", "core", "db", "gunicorn", "redis", "structlog")
"""What every installation of the services has, and one of the client alone lacks."""


@contextmanager
def service(data_dir: Path, port: int, say: Callable[[str], None]) -> Iterator[str]:
    """The address of a ready service on that data; one that was started for it ends with it."""
    if running := running_url(data_dir):
        wait_until_ready(lambda: running)
        yield running
        return
    say("Starting the services …")
    if not _is_free(port):
        say(f"Another program uses port {port}; for the time of the demo any other one will do.")
        port = _free_port()
    with _launcher(data_dir, port) as launcher:
        yield wait_until_ready(lambda: running_url(data_dir), launcher)


def running_url(data_dir: Path) -> str | None:
    """Where the launcher of a data directory serves, if one runs: it holds the lock."""
    try:
        with (data_dir / "launcher.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _noted_url(data_dir / "launcher.json")
    except OSError:
        return None
    return None


def wait_until_ready(find: Callable[[], str | None], launcher: "Launcher | None" = None) -> str:
    """The address once the service says that it can work; raises with the reason if it will not."""
    deadline = time.monotonic() + _START_WITHIN_S
    while (url := find()) is None or not _is_ready(url):
        if launcher is not None and launcher.process.poll() is not None:
            raise ServiceStartError(f"The services did not start. {launcher.said()}")
        if time.monotonic() > deadline:
            waited = f"not ready after {_START_WITHIN_S:.0f} s"
            raise ServiceStartError(
                f"The service is {waited}. {launcher.said() if launcher else url}"
            )
        time.sleep(_POLL_S)
    return url


@dataclass(frozen=True)
class Launcher:
    """A launcher that we started, and what it prints."""

    process: subprocess.Popen[bytes]
    output: BinaryIO

    def said(self) -> str:
        self.output.seek(0)
        return self.output.read().decode(errors="replace").strip()


def module_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of the whole distribution."""
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise ServiceStartError(
            "Only the client is installed here. The services need"
            f" `pip install 'model-studio[all]'` (missing: {', '.join(missing)})."
        )
    if find_spec(module.partition(".")[0]) is None or find_spec(module) is None:
        raise ServiceStartError(
            f"`{module}` is not installed here; the sample data is part of the source checkout."
        )
    return [sys.executable, "-m", module, *arguments]


def module_environment(**changes: str) -> dict[str, str]:
    """Our environment, in which the modules beside this package can be found."""
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **changes}


@contextmanager
def _launcher(data_dir: Path, port: int) -> Iterator[Launcher]:
    command = module_command("core.launcher", "--with-parent")
    environment = module_environment(DATA_DIR=str(data_dir), PORT=str(port))
    with TemporaryFile() as output, _ended_by_signals():
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us, who then stop it in order
        )
        try:
            yield Launcher(process, output)
        finally:
            _stop(process)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A closed terminal or a TERM unwinds us, so that what we started is stopped."""

    def leave(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    previous = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _noted_url(note: Path) -> str | None:
    try:
        return str(json.loads(note.read_text())["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_ready(url: str) -> bool:
    connection = Connection(url, timeout_s=5.0)
    try:
        connection.probe("/readyz")
    except (ServiceUnreachableError, ServiceFailedError):
        return False
    finally:
        connection.close()
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
