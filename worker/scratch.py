"""A directory for the temporary files of one task, removed with everything in it.

Prophet's optimiser leaves its files to `atexit`, which does not run in the children of a worker.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "model-studio-task-"


@contextmanager
def scratch_directory() -> Iterator[Path]:
    """Make a new directory the place of temporary files, for libraries and child processes too."""
    before = tempfile.tempdir, os.environ.get("TMPDIR")
    directory = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    tempfile.tempdir = os.environ["TMPDIR"] = str(directory)
    try:
        yield directory
    finally:
        tempfile.tempdir = before[0]
        if before[1] is None:
            os.environ.pop("TMPDIR", None)
        else:
            os.environ["TMPDIR"] = before[1]
        _remove(directory)


def _remove(directory: Path) -> None:
    try:
        directory.rmdir()  # nearly always: looking for content takes ten times as long
    except OSError:
        shutil.rmtree(directory, ignore_errors=True)


def remove_abandoned() -> None:
    """Remove the directories of processes that were killed in the middle of a task."""
    for directory in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = directory.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not _lives(int(pid)):
            shutil.rmtree(directory, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is somebody else's
        return True
    return True
