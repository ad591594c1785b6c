"""PostgreSQL and Redis of Debian, on free ports of loopback, in a temporary directory."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg2
from redis import Redis, RedisError

from core.embedded import free_port
from core.identity import Identity, hand_over, ordinary_identity
from core.processes import spawn, stop
from tests.fixtures.waiting import eventually
from tests.worker import rabbitmq

STOP_SIGNALS = ((2, 30.0), (9, 5.0))


def why_absent() -> str | None:
    """Why the tests are skipped; in CI they never are, and fail where a server is missing."""
    if os.environ.get("CI"):
        return None
    missing = [] if _postgres_directory() else ["postgresql"]
    missing += [] if shutil.which("redis-server") else ["redis-server"]
    if missing:
        return f"needs Debian's packages {' and '.join(missing)}"
    return rabbitmq.why_absent()


class DebianPostgres:
    """One user, who may do everything, and a database of the same name."""

    def __init__(self, directory: Path, user: str, password: str) -> None:
        programs = _postgres_directory()
        assert programs is not None, "Debian's package postgresql is not installed"
        self._programs = programs
        self._directory = directory / "postgres"
        self._user, self._password = user, password
        self._port = free_port()
        self._identity: Identity | None = None
        self._running = ExitStack()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        self._directory.mkdir(mode=0o700)
        password = self._directory / "password"
        password.write_text(self._password)
        data = self._directory / "data"
        self._identity = ordinary_identity(self._directory, self._programs / "postgres")
        if self._identity:
            hand_over(self._directory, self._identity)
        access = [f"--username={self._user}", "--auth=scram-sha-256", f"--pwfile={password}"]
        made = self._spawn("initdb", *access, "--no-sync", "--encoding=UTF8", f"--pgdata={data}")
        assert made.wait(120) == 0, self.log
        options = [f"port={self._port}", "listen_addresses=127.0.0.1", "fsync=off"]
        options += ["unix_socket_directories=", "max_connections=200"]
        chosen = [word for option in options for word in ("-c", option)]
        server = self._spawn("postgres", "-D", str(data), *chosen)
        self._running.callback(stop, server, STOP_SIGNALS)
        eventually(self._is_ready)
        self._execute(f"CREATE DATABASE {self._user}")

    def stop(self) -> None:
        self._running.close()

    def version(self) -> str:
        return str(self._execute("SHOW server_version"))

    @property
    def log(self) -> str:
        return (self._directory / "log").read_text(errors="replace")[-3000:]

    def _spawn(self, program: str, *arguments: str) -> "subprocess.Popen[bytes]":
        return spawn(
            [str(self._programs / program), *arguments],
            log=self._directory / "log",
            directory=self._directory,
            environment={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            identity=self._identity,
        )

    def _is_ready(self) -> bool:
        try:
            self._execute("SELECT 1")
        except psycopg2.OperationalError:
            return False
        return True

    def _execute(self, statement: str) -> Any:
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self._port,
            user=self._user,
            password=self._password,
            dbname="postgres",
        )
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone() if cursor.description else None
        finally:
            connection.close()


class DebianRedis:
    """Redis, started by a command line that lacks only where it listens."""

    def __init__(
        self, directory: Path, command: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        self._directory = directory
        self._port = free_port()
        shell, flag, line = command
        where = f"--port {self._port} --bind 127.0.0.1 --dir {directory}"
        self._command = (shell, flag, f"{line} {where}")
        self._environment = {"PATH": os.environ["PATH"], **environment}
        self._running = ExitStack()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        log = self._directory / "redis.log"
        server = spawn(self._command, log=log, environment=self._environment)
        self._running.callback(stop, server, STOP_SIGNALS)
        eventually(self._answers)

    def stop(self) -> None:
        self._running.close()

    def _answers(self) -> bool:
        password = self._environment["REDIS_PASSWORD"]
        with Redis(port=self._port, password=password, retry=None) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False


def _postgres_directory() -> Path | None:
    """Where the newest of the installed versions lies."""
    found = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(found, key=lambda program: int(program.parts[-3]), default=None)
    return newest.parent if newest else None
