"""Whether a watcher takes what it is sent in time."""

import time

_SLOW_S = 1.0


class Stopwatch:
    def __init__(self) -> None:
        self._began_at = time.monotonic()

    @property
    def is_slow(self) -> bool:
        """Whether it has taken too long since this was made."""
        return time.monotonic() - self._began_at > _SLOW_S
