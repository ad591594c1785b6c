"""Files and directories that only their owner can read."""

import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Replace a file at once by one with mode 0600."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(unfinished, "x", opener=private_opener) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def read_or_make_secret(path: Path) -> str:
    """The secret that a file holds; a new random one is kept there first when it is missing."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text()


def make_private_directory(path: Path) -> None:
    """Make a directory, and those missing above it, with mode 0700."""
    if not path.is_dir():
        make_private_directory(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def private_opener(path: str, flags: int) -> int:
    """An opener for `open` that makes new files with mode 0600."""
    return os.open(path, flags, mode=0o600)
