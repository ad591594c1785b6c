"""How a worker waits for what is away: it tries again, at first soon, for some minutes."""

import time
from collections.abc import Iterator

PATIENCE_S = 300.0
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 2.0


def pauses(patience_s: float = PATIENCE_S) -> Iterator[float]:
    """How many seconds to wait after each attempt that failed; ends when patience does, and the
    next attempt is the last.
    """
    pause_s, until = FIRST_PAUSE_S, time.monotonic() + patience_s
    while time.monotonic() < until:
        yield pause_s
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
