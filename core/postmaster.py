"""The lock file of a PostgreSQL data directory, and what to do about a server left behind."""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

_STATUS_LINE = 7
_PATIENCE = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))
_POLL_S = 0.05


def has_ready_postmaster(data: Path, pid: int) -> bool:
    """Whether the process has taken the directory and accepts connections."""
    lines = _lock_lines(data)
    return len(lines) > _STATUS_LINE and lines[0] == str(pid) and lines[_STATUS_LINE] == "ready"


def stop_leftover_postmaster(data: Path) -> None:
    """End a server that a killed process left on the directory, or remove the lock file it left.

    PostgreSQL itself takes any process with the number in the lock file for a server, and numbers
    come again, above all in containers.
    """
    lines = _lock_lines(data)
    if not lines or sys.platform != "linux":
        return
    pid = int(lines[0])
    arguments = _arguments(pid)
    if str(data) in arguments and _is_postgres(arguments):
        _stop(pid)
    elif not _is_postgres(arguments):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _stop(pid: int) -> None:
    for number, patience_s in _PATIENCE:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if not _is_postgres(_arguments(pid)):
                return
            time.sleep(_POLL_S)


def _is_postgres(arguments: list[str]) -> bool:
    return Path(arguments[0]).name == "postgres"


def _arguments(pid: int) -> list[str]:
    """The arguments of a process; those of an ended one are one empty word."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return [""]


def _lock_lines(data: Path) -> list[str]:
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []
