"""The directory of one installation: who uses it now, and what it holds.

launcher.lock    held by the launcher that runs
launcher.json    its process, address and children, while it runs
logs/            a log per process
postgres/        the embedded PostgreSQL, with its password
valkey/          the embedded Valkey
models/          artifacts
signing-key      signs model files
tmp/             temporary files, emptied at every start
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from core.errors import LauncherError
from core.private_files import make_private_directory, write_private


class DataDirectory:
    """The paths inside one data directory."""

    def __init__(self, path: str) -> None:
        self.path = Path(path).absolute()
        self.postgres = self.path / "postgres"
        self.valkey = self.path / "valkey"
        self.models = self.path / "models"
        self.signing_key = self.path / "signing-key"
        self.temporary = self.path / "tmp"
        self._status = self.path / "launcher.json"

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.path / "logs" / f"{name}.log"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other launcher out."""
        try:
            self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
            lock = os.open(self.path / "launcher.lock", os.O_RDWR | os.O_CREAT, mode=0o600)
        except OSError as error:
            raise LauncherError(f"DATA_DIR={self.path} cannot be written: {error}") from error
        try:
            self._take(lock)
            yield
        finally:
            os.close(lock)

    def empty_temporary(self) -> None:
        """Remove what killed processes left."""
        shutil.rmtree(self.temporary, ignore_errors=True)
        make_private_directory(self.temporary)

    def was_left_in_a_hurry(self) -> bool:
        """Whether the last launcher was killed, so that its children may still be ending."""
        return self._status.exists()

    def write_status(self, status: Mapping[str, object]) -> None:
        """Tell other programs about the launcher that runs."""
        write_private(self._status, json.dumps(status))

    def remove_status(self) -> None:
        """Nothing runs any more."""
        self._status.unlink(missing_ok=True)

    def _take(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LauncherError(self._already_running()) from None

    def _already_running(self) -> str:
        try:
            running = json.loads(self._status.read_text())
            where = f" at {running['url']} (process {running['pid']})"
        except (OSError, ValueError, KeyError):  # it is only starting
            where = ""
        return (
            f"Model Studio already runs on DATA_DIR={self.path}{where}. Stop it first, or set"
            " DATA_DIR to another directory"
        )
