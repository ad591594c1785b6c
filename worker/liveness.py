"""Signs of life of programs that nobody can ask: a file of each, whose age tells."""

import tempfile
import time
from contextlib import suppress
from pathlib import Path

BEAT = "beat"
INCOMING = "incoming-events"
WEBHOOKS = "webhooks"


def show_life(program: str) -> None:
    """Say that the program goes on; call it in every round of its loop."""
    with suppress(OSError):  # a full disk must not end the program; its health check will tell
        _file(program).touch()


def silent_for_s(program: str) -> float | None:
    """How long ago the program last showed life on this machine, or None if it never did."""
    try:
        return time.time() - _file(program).stat().st_mtime
    except FileNotFoundError:
        return None


def _file(program: str) -> Path:
    return Path(tempfile.gettempdir()) / f"model-studio-{program}"
