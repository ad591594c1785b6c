"""Child processes that never outlive this one, nor leave children of their own behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from core import child
from core.identity import Identity
from core.private_files import make_private_directory, private_opener

LOG_LIMIT_BYTES = 20_000_000


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    identity: Identity | None = None,
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own that gets `death_signal` when this process ends.

    Call it from a thread that lives as long as the process: Linux takes the end of the thread that
    started a child for the end of its parent.
    """
    orders: child.Orders = {
        "parent": os.getpid(),
        "death_signal": int(death_signal),
        "uid": identity.uid if identity else None,
        "gid": identity.gid if identity else None,
        "capability": identity.capability if identity else None,
    }
    wrapper = [sys.executable, "-I", "-S", child.__file__, json.dumps(orders)]
    with _log_file(log) as output:
        return subprocess.Popen(
            [*wrapper, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd=directory,
            start_new_session=True,
        )


def end_with_parent(death_signal: int = signal.SIGKILL) -> None:
    """For a process forked by one of ours: send it a signal when its parent ends (on Linux)."""
    child.die_with_parent(os.getppid(), int(death_signal))


def stop(process: subprocess.Popen[bytes], signals: Sequence[tuple[int, float]]) -> None:
    """Send each signal and wait its seconds, until the process ends; then clear its group."""
    for number, patience_s in signals:
        if process.poll() is not None:
            break
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
    kill_group(process)
    process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a process and of the processes that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _log_file(path: Path) -> BinaryIO:
    make_private_directory(path.parent)
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    return open(path, "ab", opener=private_opener)
