"""The services of this machine: found by what their launcher wrote down, or started."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from client.connection import Connection
from client.errors import ServiceFailedError, ServiceStartError, ServiceUnreachableError

DEFAULT_PORT = 8004
_START_WITHIN_S = 120.0
_STOP_WITHIN_S = 60.0
_TAIL_LINES = 15


@contextmanager
def service(data_dir: Path, port: int) -> Iterator[str]:
    """The address of a ready service on that data; one that was started for it ends with it."""
    if running := running_url(data_dir):
        wait_until_ready(running)
        yield running
        return
    port = port if _is_free(port) else _free_port()
    with _launcher(data_dir, port) as (process, log):
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process=process, log=log)
        yield url


def running_url(data_dir: Path) -> str | None:
    """Where the launcher of a data directory serves, if there is one."""
    try:
        noted = json.loads((data_dir / "launcher.json").read_text())
        os.kill(noted["pid"], 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(noted["url"])


def wait_until_ready(
    url: str, *, process: subprocess.Popen[bytes] | None = None, log: Path | None = None
) -> None:
    """Returns when the service says that it can work; raises with the reason when it will not."""
    deadline = time.monotonic() + _START_WITHIN_S
    connection = Connection(url, timeout_s=5.0)
    try:
        while not _is_ready(connection):
            if process is not None and process.poll() is not None:
                raise ServiceStartError(f"The services did not start.\n{_tail(log)}")
            if time.monotonic() > deadline:
                raise ServiceStartError(f"The service at {url} is not ready.\n{_tail(log)}")
            time.sleep(0.1)
    finally:
        connection.close()


def module_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of the whole distribution."""
    if find_spec(module.partition(".")[0]) is None or find_spec(module) is None:
        raise ServiceStartError(
            f"`{module}` is not installed here. The services need `pip install model-studio[all]`; "
            "the sample data is part of the source checkout."
        )
    return [sys.executable, "-m", module, *arguments]


def module_environment(**changes: str) -> dict[str, str]:
    """Our environment, in which the modules beside this package can be found."""
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **changes}


@contextmanager
def _launcher(data_dir: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / "demo-launcher.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            module_command("core.launcher"),
            env=module_environment(DATA_DIR=str(data_dir), PORT=str(port)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us, who then stop it in order
        )
    try:
        yield process, log
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _is_ready(connection: Connection) -> bool:
    try:
        connection.probe("/readyz")
    except (ServiceUnreachableError, ServiceFailedError):
        return False
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


def _tail(log: Path | None) -> str:
    if log is None:
        return ""
    lines = log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
    return "\n".join([*lines, f"(from {log})"])
