"""A RabbitMQ node of one's own, on free ports of loopback, in a temporary directory."""

import os
import shutil
import subprocess
import threading
from contextlib import ExitStack
from pathlib import Path

from kombu.connection import Connection

from core.embedded import free_port
from core.processes import spawn

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the one on the PATH needs its own user
START_S = 90


def why_absent() -> str | None:
    """Why the tests are skipped; in CI they never are, and fail where the server is missing."""
    if os.environ.get("CI"):
        return None
    missing = [str(SERVER)] if not SERVER.exists() else []
    missing += [] if shutil.which("epmd") else ["epmd"]
    return f"needs Debian's rabbitmq-server: no {', '.join(missing)}" if missing else None


class RabbitMQ:
    """The node keeps its port and its data when it is stopped and started again."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.port = free_port()
        self._environment = _environment(directory, self.port)
        self._running = ExitStack()

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        port = self._environment["ERL_EPMD_PORT"]
        self._run("epmd", "-port", port, "-address", "127.0.0.1")
        server = self._run(str(SERVER))
        pause = threading.Event()
        for _ in range(START_S * 5):
            if self._answers():
                return
            assert server.poll() is None, self._log()
            pause.wait(0.2)
        raise AssertionError(f"RabbitMQ did not start\n{self._log()}")

    def stop(self) -> None:
        self._running.close()

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        log = self._directory / "log"
        program = spawn(command, log=log, environment=self._environment)
        self._running.callback(program.wait, 60)
        self._running.callback(program.terminate)
        return program

    def _answers(self) -> bool:
        try:
            with Connection(self.url, connect_timeout=2) as connection:
                connection.connect()
        except OSError:
            return False
        return True

    def _log(self) -> str:
        return (self._directory / "log").read_text(errors="replace")[-3000:]


def _environment(directory: Path, port: int) -> dict[str, str]:
    plugins = directory / "plugins"
    plugins.write_text("[].\n")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "LANG": "C.UTF-8",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(free_port()),
        "RABBITMQ_CONF_ENV_FILE": os.devnull,
        "RABBITMQ_CONFIG_FILE": str(directory / "no-config"),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
        "RABBITMQ_LOG_BASE": str(directory / "logs"),
        "RABBITMQ_MNESIA_BASE": str(directory / "mnesia"),
        "RABBITMQ_NODENAME": f"test{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
    }
