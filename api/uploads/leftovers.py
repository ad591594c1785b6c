"""What a killed process left in the data directory: uploads, and files on their way to a caller."""

import shutil
import time
from pathlib import Path

LONGEST_TRANSFER_S = 24 * 3600.0
DIRECTORIES = ("uploads", "downloads")


def remove_leftovers(data_dir: Path) -> None:
    """Delete what has not been written to for longer than any transfer takes."""
    oldest = time.time() - LONGEST_TRANSFER_S
    for name in DIRECTORIES:
        directory = data_dir / name
        for path in directory.iterdir() if directory.is_dir() else ():
            if path.lstat().st_mtime < oldest:
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
